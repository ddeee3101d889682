internal import RAG

/// Which generator answers under which name.
struct ModelDirectory: Sendable {
    private let generators: [String: any Generator]
    private let aliases: [String: String]
    /// Every name a client may list: models in the order given, then aliases by name.
    let names: [String]

    /// Throws `OutcropFailure` naming the setting when an alias or the default points nowhere, or two models share a name.
    init(_ generators: [any Generator], aliases: [String: String], defaultModel: String?) throws {
        guard let first = generators.first else { throw OutcropFailure(.internal, "The server needs at least one model (OUTCROP_MODEL).") }
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
        for (alias, target) in aliases.sorted(by: { $0.key < $1.key }) where byName[target] == nil {
            throw OutcropFailure(
                .internal, "OUTCROP_MODEL_ALIASES maps \(alias) to \(target), which this server does not have. It has: \(byName.keys.sorted().joined(separator: ", ")).")
        }
        self.generators = byName
        self.aliases = aliases
        names = generators.map(\.modelID) + aliases.keys.filter { $0 != "*" && byName[$0] == nil }.sorted()
    }

    /// A model's own name wins over an alias, a spelled-out alias over `*`. Throws `.notFound` with the remedy.
    func generator(for name: String) throws -> any Generator {
        if let generator = generators[name] ?? aliases[name].flatMap({ generators[$0] }) ?? aliases["*"].flatMap({ generators[$0] }) {
            return generator
        }
        throw OutcropFailure(
            .notFound, code: "model_not_found",
            "The model \(name.prefix(100)) does not exist here. GET /v1/models lists what does; OUTCROP_MODEL_ALIASES gives a model more names.",
            parameter: "model")
    }
}
