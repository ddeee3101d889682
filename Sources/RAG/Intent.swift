/// Whether a message wants the documents. Anything ambiguous is `.retrieval`.
package enum Intent: String, Hashable, Sendable {
    case casual, retrieval
}

/// Decides from the conversation alone; runs beside retrieval, so it must be quick and may not fail the answer.
package protocol IntentClassifier: Sendable {
    /// A cancelled call ends promptly: the answer waits for it.
    func classify(_ messages: [Message]) async throws -> Intent
}
