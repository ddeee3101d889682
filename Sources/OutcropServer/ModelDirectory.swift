internal import RAG

/// Which generator answers under which name.
struct ModelDirectory: Sendable {
    /// Longer names are nobody's: an ARN has at most 2,048 characters.
    static let nameBytesMax = 2_048

    private let generators: [String: any Generator]
    private let providers: [any ModelProvider]
    private let aliases: [String: String]
    /// Our own models in the order given.
    private let ownNames: [String]
    /// Aliases that answer in a chat and hide behind no model of ours, by name.
    private let aliasNames: [String]
    /// The model that answers when nothing else is said.
    let defaultModel: String
    private let embeddingModel: String?

    /// With `providers`, which know models that nobody can name at the start, aliases and the default may lead to one of theirs.
    /// Throws `OutcropFailure` naming the setting when an alias or the default points nowhere, or two models share a name.
    init(
        _ generators: [any Generator], providers: [any ModelProvider] = [], embeddingModel: String?, aliases: [String: String],
        defaultModel: String?
    ) throws {
        guard let defaultModel = defaultModel ?? generators.first?.modelID else {
            throw OutcropFailure(.internal, "The server needs at least one model (OUTCROP_MODEL).")
        }
        var byName: [String: any Generator] = [:]
        for generator in generators {
            guard byName.updateValue(generator, forKey: generator.modelID) == nil else {
                throw OutcropFailure(.internal, "Two models are called \(generator.modelID).")
            }
        }
        let aliases = aliases.mapValues { $0 == "default" ? defaultModel : $0 }
        if providers.isEmpty {
            guard byName[defaultModel] != nil else {
                throw OutcropFailure(.internal, "OUTCROP_MODEL names \(defaultModel), which this server does not have.")
            }
            for (alias, target) in aliases.sorted(by: { $0.key < $1.key }) where byName[target] == nil && target != embeddingModel
            {
                throw OutcropFailure(
                    .internal,
                    "OUTCROP_MODEL_ALIASES maps \(alias) to \(target), which this server does not have. It has: \(byName.keys.sorted().joined(separator: ", "))."
                )
            }
        }
        self.generators = byName
        self.providers = providers
        self.embeddingModel = embeddingModel
        self.defaultModel = defaultModel
        self.aliases = aliases
        ownNames = generators.map(\.modelID)
        // Chat clients offer every listed name for chat, so the embedding model is not among them.
        aliasNames =
            aliases.filter { $0.key != "*" && byName[$0.key] == nil && (byName[$0.value] != nil || $0.value != embeddingModel) }
            .keys.sorted()
    }

    /// Every model a client may choose, each once: ours in the order given, the providers' as they list them, then aliases by name.
    func listings() async -> [ModelListing] {
        var listings = ownNames.map(ModelListing.init(own:))
        // An alias answers before a provider does, so the name is ours.
        for provider in providers { listings += await provider.models().filter { aliases[$0.id] == nil } }
        listings += aliasNames.map(ModelListing.init(own:))
        var seen: Set<String> = []
        return listings.filter { seen.insert($0.id).inserted }
    }

    /// How `name` is listed, or would be if it were. Throws as `generator(for:)` does.
    func listing(for name: String) async throws -> ModelListing {
        // Throws for a name that would not answer; `*` makes every name answer.
        let generator = try await generator(for: name)
        if generators[name] != nil || aliases[name] != nil { return ModelListing(own: name) }
        for provider in providers {
            if let listing = await provider.models().first(where: { $0.id == name }) { return listing }
        }
        return generator.modelID == name ? ModelListing(id: name, ownedBy: "unknown") : ModelListing(own: name)
    }

    /// A model of ours wins over an alias, that over a provider's model, and all over `*`. A provider is asked when it comes to it.
    /// Throws `.notFound` with the remedy, or what the provider throws.
    func generator(for name: String) async throws -> any Generator {
        guard name.utf8.count <= Self.nameBytesMax else { throw missing(name, "no model has such a long name") }
        if let target = aliases[name], generators[name] == nil {
            if let generator = try await model(target) { return generator }
            throw missing(name, "OUTCROP_MODEL_ALIASES maps it to \(target), which is not there")
        }
        if let generator = try await model(name) { return generator }
        if let target = aliases["*"], let generator = try await model(target) { return generator }
        throw missing(name, "GET /v1/models lists what does")
    }

    private func model(_ name: String) async throws -> (any Generator)? {
        if let generator = generators[name] { return generator }
        for provider in providers {
            if let generator = try await provider.generator(for: name) { return generator }
        }
        return nil
    }

    /// Whether `name` stands for the embedding model: its own name, an alias, or any with `*`. Throws `.notFound` with the remedy.
    func requireEmbeddingModel(_ name: String) throws {
        guard name.utf8.count <= Self.nameBytesMax else { throw missing(name, "no model has such a long name") }
        guard name != embeddingModel, aliases[name] != embeddingModel, aliases["*"] == nil else { return }
        throw missing(name, "embeddings come from \(embeddingModel ?? "no model")")
    }

    private func missing(_ name: String, _ hint: String) -> OutcropFailure {
        OutcropFailure(
            .notFound, code: "model_not_found",
            "The model '\(String(name.unicodeScalars.prefix(100)))' does not exist here: \(hint); OUTCROP_MODEL_ALIASES gives a model more names.",
            parameter: "model")
    }
}

extension ModelListing {
    /// What we name ourselves: our models and aliases.
    fileprivate init(own id: String) { self.init(id: id, ownedBy: "outcrop") }
}
