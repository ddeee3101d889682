import RAG
import Synchronization

@testable import LocalModels

/// Gives the casual and retrieval examples fixed cosines to everything else; a token is a letter, with two special ones.
final class StubEmbedder: Embedder {
    let id = "stub"
    let dimensions = 3
    private let casual: Float
    private let retrieval: Float
    private let state: Mutex<(failures: Int, sizes: [Int])>
    private let beforeBatch: @Sendable () async -> Void

    init(casual: Float = 0, retrieval: Float = 0, failures: Int = 0, beforeBatch: @escaping @Sendable () async -> Void = {}) {
        self.casual = casual
        self.retrieval = retrieval
        state = Mutex((failures, []))
        self.beforeBatch = beforeBatch
    }

    var batchSizes: [Int] { state.withLock { $0.sizes } }

    func tokenCount(_ text: String) -> Int { text.unicodeScalars.count + 2 }

    func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        if texts.count > 1 { await beforeBatch() }
        try state.withLock { state in
            state.sizes.append(texts.count)
            guard state.failures > 0, texts.count > 1 else { return }
            state.failures -= 1
            throw OutcropFailure(.unavailable, "down")
        }
        return texts.map { text in
            let cosine: Float =
                IntentExamples.casual.contains(text) ? casual : IntentExamples.retrieval.contains(text) ? retrieval : 1
            return [cosine, (1 - cosine * cosine).squareRoot(), 0]
        }
    }
}
