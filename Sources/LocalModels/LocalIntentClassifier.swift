package import RAG

/// Rules first, then the query's own embedding against a small set of examples; no network. Ambiguous means retrieval.
package struct LocalIntentClassifier: IntentClassifier {
    package init(embedder: (any Embedder)?) { fatalError("contract") }
    package func classify(_ messages: [Message]) async throws -> Intent { fatalError("contract") }
}
