import Foundation
import LocalModels
import RAG
import Testing

/// The model that `make model` fetches, for the tests that need real vectors.
enum TestModel {
    static let missing: Comment = "No embedding model: run `make model`, or set OUTCROP_EMBEDDING_MODEL_DIR."

    static let directory: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["OUTCROP_EMBEDDING_MODEL_DIR"] ?? root.appendingPathComponent(".cache/model").path
        return FileManager.default.fileExists(atPath: folder + "/model.safetensors") ? folder : nil
    }()

    static var isPresent: Bool { directory != nil }

    /// One for all tests; the weights are mapped once.
    static let embedder: Result<LocalEmbedder, any Error> = Result {
        try LocalEmbedder(directory: directory ?? "", threads: 2)
    }
}
