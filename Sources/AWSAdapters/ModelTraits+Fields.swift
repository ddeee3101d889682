internal import RAG

extension ModelTraits {
    /// The fields by the names they have in `models.json`.
    enum Field: Sendable {
        case truth(any WritableKeyPath<ModelTraits, Bool> & Sendable)
        case tokens(any WritableKeyPath<ModelTraits, Int> & Sendable)
        case price(any WritableKeyPath<ModelTraits, Double?> & Sendable)
        case reasoning
    }

    static let fields: [String: Field] = [
        "contextTokens": .tokens(\.contextTokens),
        "outputTokensMax": .tokens(\.outputTokensMax),
        "outputTokensDefault": .tokens(\.outputTokensDefault),
        "takesSampling": .truth(\.takesSampling),
        "refusesTemperatureWithTopP": .truth(\.refusesTemperatureWithTopP),
        "takesSystem": .truth(\.takesSystem),
        "takesPrefill": .truth(\.takesPrefill),
        "takesTools": .truth(\.takesTools),
        "takesImages": .truth(\.takesImages),
        "takesDocuments": .truth(\.takesDocuments),
        "takesStopSequences": .truth(\.takesStopSequences),
        "takesJSONSchema": .truth(\.takesJSONSchema),
        "streamsText": .truth(\.streamsText),
        "reasoning": .reasoning,
        "takesCachePoints": .truth(\.takesCachePoints),
        "inputPrice": .price(\.inputPrice),
        "outputPrice": .price(\.outputPrice),
    ]

    /// Tokens that a context or an answer can have at most; more is a slip of the pen.
    static let tokensMax = 100_000_000

    /// Sets a field from its value in a file. Throws what was expected instead, as a phrase.
    mutating func set(_ field: Field, _ value: JSONValue) throws(Mismatch) {
        switch (field, value) {
        case (.truth(let path), .bool(let truth)): self[keyPath: path] = truth
        case (.tokens(let path), .number(let number)):
            guard let count = Int(exactly: number), (1...Self.tokensMax).contains(count) else { throw Mismatch(field) }
            self[keyPath: path] = count
        case (.price(let path), .null): self[keyPath: path] = nil
        case (.price(let path), .number(let number)) where number >= 0 && number.isFinite: self[keyPath: path] = number
        case (.reasoning, .string(let name)):
            guard let reasoning = Reasoning(rawValue: name) else { throw Mismatch(field) }
            self.reasoning = reasoning
        default: throw Mismatch(field)
        }
    }

    /// A value of the wrong kind.
    struct Mismatch: Error, Hashable {
        let expected: String

        init(_ field: Field) {
            expected =
                switch field {
                case .truth: "true or false"
                case .tokens: "a whole number from 1 to \(ModelTraits.tokensMax)"
                case .price: "a number of US dollars per million tokens, or null"
                case .reasoning: Reasoning.allCases.map(\.rawValue).joined(separator: ", ")
                }
        }
    }
}
