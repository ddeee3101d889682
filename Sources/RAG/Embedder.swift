/// Turns text into unit vectors whose dot product is their cosine similarity.
package protocol Embedder: Sendable {
    /// Names the weights; an index made with another id is refused. Example: `all-MiniLM-L6-v2`.
    var id: String { get }
    var dimensions: Int { get }
    /// One unit vector of `dimensions` floats per text, in order. Blocking work runs on Dispatch.
    func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]]
    /// Tokens the model reads for this text, special tokens included.
    func tokenCount(_ text: String) -> Int
}

/// Some models embed questions and passages differently (BGE's query prefix, Cohere's input_type).
package enum EmbeddingPurpose: Hashable, Sendable {
    case query, document
    /// A piece of a passage, compared while someone waits: embedded as a document, but ahead of them.
    case sentence
}
