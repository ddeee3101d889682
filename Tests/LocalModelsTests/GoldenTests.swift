import CKernels
import Foundation
import LocalModels
import RAG
import Testing

/// The published all-MiniLM-L6-v2 against Hugging Face tokenizers and onnxruntime; skipped when the model is not there.
struct GoldenTests {
    struct Row: Decodable {
        var text: String
        var ids: [Int32]
        var embedding: [Float]
    }

    static let directory = ProcessInfo.processInfo.environment["OUTCROP_EMBEDDING_MODEL_DIR"] ?? packageRoot + "/.cache/model"
    static let isThere = FileManager.default.fileExists(atPath: directory + "/model.safetensors")
    private static let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static func rows() throws -> [Row] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/golden_minilm", withExtension: "json"))
        return try JSONDecoder().decode([Row].self, from: Data(contentsOf: url))
    }

    @Test(.enabled(if: isThere, "the model is missing: run `make model`"))
    func `tokenizes like Hugging Face tokenizers`() throws {
        let folder = try ModelFolder(directory: Self.directory)
        #expect(folder.tokenCountMax == 256)
        #expect(folder.pooling == .mean)
        #expect(folder.queryPrefix.isEmpty)
        for row in try Self.rows() {
            #expect(folder.tokenizer.encode(row.text, countMax: 256) == row.ids, "\(row.text.prefix(60))")
        }
    }

    @Test(.enabled(if: isThere, "the model is missing: run `make model`"), arguments: KernelTests.supported)
    func `embeds like onnxruntime`(cpu: outcrop_cpu) async throws {
        let embedder = try LocalEmbedder(directory: Self.directory, threads: 2, cpu: cpu)
        #expect(embedder.id == "all-MiniLM-L6-v2")
        #expect(embedder.dimensions == 384)
        let rows = try Self.rows()
        let vectors = try await embedder.embed(rows.map(\.text), purpose: .document)
        for (row, vector) in zip(rows, vectors) {
            #expect(cosine(row.embedding, vector) >= 0.99999, "\(row.text.prefix(60))")
            #expect(abs(cosine(vector, vector) - 1) < 1e-9)
            #expect(abs(vector.reduce(0) { $0 + Double($1) * Double($1) } - 1) < 1e-5)
        }
    }

    @Test(.enabled(if: isThere, "the model is missing: run `make model`"))
    func `counts the tokens of a text longer than the model reads`() throws {
        let embedder = try LocalEmbedder(directory: Self.directory, threads: 1)
        #expect(embedder.tokenCount(String(repeating: "word ", count: 1_000)) == 1_002)
        #expect(embedder.tokenCount("") == 2)
    }
}

func cosine(_ a: [Float], _ b: [Float]) -> Double {
    func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
}
