import Synchronization

/// Remembers the vectors of questions and of sentences, so that a question asked again over the same passages costs nothing.
///
/// Query calls of up to `sharedTextsMax` short texts are looked up text by text, and callers that ask for the same one at the same
/// time share one computation: intent and retrieval both need the question's vector. A cancelled caller leaves at once; the
/// computation ends only when its last caller has left. Of a batch of sentences only the unknown ones are embedded.
/// Documents and long texts pass through. A failure is not kept.
package struct MemoizingEmbedder: Embedder {
    package static let sharedTextsMax = 4
    package static let sharedByteCountMax = 8 * 1024
    /// Longer sentences are not kept.
    package static let sentenceByteCountMax = 4 * 1024

    private let base: any Embedder
    private let queries: SharedVectors
    private let sentences: SentenceVectors

    /// Holds at most `capacity` vectors of queries and `sentenceCapacity` of sentences: 12 MB of 384 floats each.
    package init(_ base: any Embedder, capacity: Int = 512, sentenceCapacity: Int = 8_192) {
        self.base = base
        queries = SharedVectors(capacity: capacity)
        sentences = SentenceVectors(capacity: sentenceCapacity)
    }

    package var id: String { base.id }
    package var dimensions: Int { base.dimensions }
    package func tokenCount(_ text: String) -> Int { base.tokenCount(text) }

    package func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        switch purpose {
        case .query where (1...Self.sharedTextsMax).contains(texts.count) && texts.allSatisfy(Self.isShared):
            try await embedQueries(texts)
        case .sentence: try await sentences.vectors(of: texts, from: base)
        case .query, .document: try await base.embed(texts, purpose: purpose)
        }
    }

    /// Callers that wait for the vector of `text`.
    func waiterCount(for text: String) -> Int { queries.waiterCount(for: text) }

    private static func isShared(_ text: String) -> Bool { text.utf8.count <= sharedByteCountMax }

    private func embedQueries(_ texts: [String]) async throws -> [[Float]] {
        try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
            for (index, text) in texts.enumerated() {
                group.addTask { (index, try await vector(of: text)) }
            }
            var result = [[Float]](repeating: [], count: texts.count)
            for try await (index, vector) in group { result[index] = vector }
            return result
        }
    }

    private func vector(of text: String) async throws -> [Float] {
        try await queries.value(for: text) { try await base.embedEach([text], purpose: .query)[0] }
    }
}

/// The vectors of sentences seen lately.
private final class SentenceVectors: Sendable {
    private let kept: Mutex<VectorCache>

    init(capacity: Int) { kept = Mutex(VectorCache(capacity: capacity)) }

    func vectors(of texts: [String], from embedder: any Embedder) async throws -> [[Float]] {
        let keys = texts.map { $0.utf8.count <= MemoizingEmbedder.sentenceByteCountMax ? ExactText($0) : nil }
        var vectors = kept.withLock { kept in keys.map { key in key.flatMap { kept.vector(for: $0) } } }
        let missing = texts.indices.filter { vectors[$0] == nil }
        guard !missing.isEmpty else { return vectors.compactMap(\.self) }
        let new = try await embedder.embedEach(missing.map { texts[$0] }, purpose: .sentence)
        for (index, vector) in zip(missing, new) { vectors[index] = vector }
        kept.withLock { kept in
            for index in missing {
                if let key = keys[index] { kept.keep(vectors[index] ?? [], for: key) }
            }
        }
        return vectors.compactMap(\.self)
    }
}

extension Embedder {
    /// One vector a text, or an error that names the embedder at fault.
    fileprivate func embedEach(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        let vectors = try await embed(texts, purpose: purpose)
        guard vectors.count == texts.count else {
            throw OutcropFailure(.internal, "The embedder \(id) returned \(vectors.count) vectors for \(texts.count) texts.")
        }
        return vectors
    }
}
