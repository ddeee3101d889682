/// Shares one computation between callers that embed the same text at the same time or shortly after:
/// intent and retrieval both need the question's vector. Holds at most `capacity` query vectors.
///
/// Query calls of up to `sharedTextsMax` short texts are looked up text by text; everything else passes through. A failure is
/// not kept. A cancelled caller leaves at once; the computation ends only when its last caller has left.
package struct MemoizingEmbedder: Embedder {
    package static let sharedTextsMax = 4
    package static let sharedByteCountMax = 16 * 1024

    private let base: any Embedder
    private let vectors: SharedVectors

    package init(_ base: any Embedder, capacity: Int = 512) {
        self.base = base
        vectors = SharedVectors(capacity: capacity)
    }

    package var id: String { base.id }
    package var dimensions: Int { base.dimensions }
    package func tokenCount(_ text: String) -> Int { base.tokenCount(text) }

    package func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        guard purpose == .query, (1...Self.sharedTextsMax).contains(texts.count),
            texts.allSatisfy({ $0.utf8.count <= Self.sharedByteCountMax })
        else { return try await base.embed(texts, purpose: purpose) }
        return try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
            for (index, text) in texts.enumerated() {
                group.addTask { (index, try await vector(of: text)) }
            }
            var result = [[Float]](repeating: [], count: texts.count)
            for try await (index, vector) in group { result[index] = vector }
            return result
        }
    }

    /// Callers that wait for the vector of `text`.
    func waiterCount(for text: String) -> Int { vectors.waiterCount(for: text) }

    private func vector(of text: String) async throws -> [Float] {
        try await vectors.value(for: text) {
            let vectors = try await base.embed([text], purpose: .query)
            guard vectors.count == 1 else {
                throw OutcropFailure(.internal, "The embedder \(base.id) returned \(vectors.count) vectors for one text.")
            }
            return vectors[0]
        }
    }
}
