/// Puts passages into a better order than retrieval could, by reading question and passage together.
package protocol Reranker: Sendable {
    /// The `topK` most relevant of `passages`, best first, with the re-ranker's own scores (0–1). A failure costs only the better
    /// order; a call past the assistant's deadline is cancelled.
    func rerank(_ passages: [Passage], for query: String, topK: Int) async throws -> [Passage]
}
