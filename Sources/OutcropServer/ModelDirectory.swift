internal import RAG

/// Which generator answers under which name.
struct ModelDirectory: Sendable {
    private let generators: [String: any Generator]
    private let aliases: [String: String]
    /// Every name a client may list: models in the order given, then aliases by name.
    let names: [String]
    /// The model that answers when nothing else is said.
    let defaultModel: String
    private let embeddingModel: String?

    /// Throws `OutcropFailure` naming the setting when an alias or the default points nowhere, or two models share a name.
    init(_ generators: [any Generator], embeddingModel: String?, aliases: [String: String], defaultModel: String?) throws {
        guard let first = generators.first else {
            throw OutcropFailure(.internal, "The server needs at least one model (OUTCROP_MODEL).")
        }
        var byName: [String: any Generator] = [:]
        for generator in generators {
            guard byName.updateValue(generator, forKey: generator.modelID) == nil else {
                throw OutcropFailure(.internal, "Two models are called \(generator.modelID).")
            }
        }
        let defaultModel = defaultModel ?? first.modelID
        guard byName[defaultModel] != nil else {
            throw OutcropFailure(.internal, "OUTCROP_MODEL names \(defaultModel), which this server does not have.")
        }
        let aliases = aliases.mapValues { $0 == "default" ? defaultModel : $0 }
        for (alias, target) in aliases.sorted(by: { $0.key < $1.key }) where byName[target] == nil && target != embeddingModel {
            throw OutcropFailure(
                .internal,
                "OUTCROP_MODEL_ALIASES maps \(alias) to \(target), which this server does not have. It has: \(byName.keys.sorted().joined(separator: ", "))."
            )
        }
        self.generators = byName
        self.embeddingModel = embeddingModel
        self.defaultModel = defaultModel
        self.aliases = aliases
        // Chat clients offer every listed name for chat, so the embedding model is not among them.
        names =
            generators.map(\.modelID)
            + aliases.filter { $0.key != "*" && byName[$0.key] == nil && byName[$0.value] != nil }.keys.sorted()
    }

    /// A model's own name wins over an alias, a spelled-out alias over `*`. Throws `.notFound` with the remedy.
    func generator(for name: String) throws -> any Generator {
        if let generator = generators[name] ?? aliases[name].flatMap({ generators[$0] })
            ?? aliases["*"].flatMap({ generators[$0] })
        {
            return generator
        }
        throw missing(name, "GET /v1/models lists what does")
    }

    /// Whether `name` stands for the embedding model: its own name, an alias, or any with `*`. Throws `.notFound` with the remedy.
    func requireEmbeddingModel(_ name: String) throws {
        guard name != embeddingModel, aliases[name] != embeddingModel, aliases["*"] == nil else { return }
        throw missing(name, "embeddings come from \(embeddingModel ?? "no model")")
    }

    private func missing(_ name: String, _ hint: String) -> OutcropFailure {
        OutcropFailure(
            .notFound, code: "model_not_found",
            "The model '\(name.prefix(100))' does not exist here: \(hint); OUTCROP_MODEL_ALIASES gives a model more names.",
            parameter: "model")
    }
}
