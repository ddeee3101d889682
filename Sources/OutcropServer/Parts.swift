internal import KnowledgeBase
internal import RAG

/// What the groups of routes are built from.
struct Parts: Sendable {
    let settings: ServerSettings
    let knowledgeBase: KnowledgeBase
    let embedder: (any Embedder)?
    let assistant: Assistant
    let models: ModelDirectory
    let notes: [String]
    let surroundings: Surroundings
    let limiter: RateLimiter
    let errors: ErrorResponder
    /// Reads and writes files for uploads and downloads, beside the database's own queues.
    let files = WorkQueue(label: "outcrop.files", width: 4)
}
