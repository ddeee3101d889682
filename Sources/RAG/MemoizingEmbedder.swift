/// Shares one computation between callers that embed the same text at the same time or shortly after:
/// intent and retrieval both need the question's vector. Holds at most `capacity` query vectors.
package struct MemoizingEmbedder: Embedder {
    package init(_ base: any Embedder, capacity: Int = 512) { fatalError("contract") }
    package var id: String { fatalError("contract") }
    package var dimensions: Int { fatalError("contract") }
    package func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] { fatalError("contract") }
    package func tokenCount(_ text: String) -> Int { fatalError("contract") }
}
