package import RAG

/// Rules first, then the query's own embedding against a small set of examples; no network. Ambiguous means retrieval.
///
/// Steps: a message with digits, a file name, a mention of documents or many words wants the documents; small talk from end to end
/// does not; what is left goes to the nearest examples, and only a message clearly nearer to the casual ones is casual.
package struct LocalIntentClassifier: IntentClassifier {
    private let examples: IntentExamples?

    /// Without an embedder the rules decide alone.
    package init(embedder: (any Embedder)?) {
        examples = embedder.map { IntentExamples(embedder: $0) }
    }

    package func classify(_ messages: [Message]) async throws -> Intent {
        guard let message = Question(messages)?.text else { return .retrieval }
        switch IntentRules.decide(message, after: Self.lastReply(messages)) {
        case .decided(let intent): return intent
        case .open:
            guard let examples else { return .retrieval }
            return try await examples.nearest(to: message)
        }
    }

    private static func lastReply(_ messages: [Message]) -> String? {
        messages.last { $0.role == .assistant }?.text
    }
}
