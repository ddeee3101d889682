internal import RAG

/// The embedding model gave no vectors.
struct EmbeddingFailure: Error, Sendable {
    /// For people; only what may be told.
    let reason: String

    init(_ error: any Error) {
        reason = (error as? OutcropFailure)?.message ?? "The embedding model failed; the next sync tries again."
    }

    var jobFailure: OutcropFailure {
        OutcropFailure(
            .unavailable, code: "embedding_failed",
            "The embedding model failed \(SyncRun.embeddingFailuresMax) times in a row: \(reason) The next sync continues here.")
    }
}
