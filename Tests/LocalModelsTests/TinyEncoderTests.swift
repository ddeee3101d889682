import CKernels
import Foundation
import LocalModels
import RAG
import Testing

/// Seeded random weights against the double-precision reference, and what the embedder promises around them.
struct TinyEncoderTests {
    struct Case: CustomTestStringConvertible {
        var prefix: String
        var mean: Bool
        var shape = Reference.Shape()
        var testDescription: String { "\(prefix) \(mean ? "mean" : "CLS") \(shape.heads) heads" }
    }

    static let cases = [
        Case(prefix: "", mean: true), Case(prefix: "bert.", mean: false),
        // Widths that fill no panel: 3 heads of 7, 29 inner columns.
        Case(prefix: "bert.", mean: true, shape: Reference.Shape(layers: 3, hidden: 21, heads: 3, intermediate: 29)),
    ]

    @Test(arguments: cases) func `agrees with the reference on every instruction set`(_ given: Case) throws {
        let model = try TinyModel(seed: 42, prefix: given.prefix, mean: given.mean, shape: given.shape)
        let folder = try ModelFolder(directory: model.directory)
        let file = try SafetensorsFile(path: model.directory + "/model.safetensors")
        // Falling lengths meet what longer ones left in the scratch.
        let texts = [33, 17, 12, 5, 2, 1, 13].map { count in (0..<count).map { ($0 * 7 + 3) % given.shape.vocabulary } }
        let expected = texts.map { Reference.encode($0, model.tensors, given.shape, mean: given.mean) }
        for cpu in KernelTests.supported {
            let encoder = try BertEncoder(file: file, config: folder.config, pooling: folder.pooling, cpu: cpu)
            var scratch = EncoderScratch()
            for (ids, expected) in zip(texts, expected) {
                let vector = try encoder.encode(ids.map(Int32.init), scratch: &scratch)
                let distance = Reference.distance(vector, expected)
                #expect(distance < 1e-5, "\(cpu.testDescription), \(ids.count) tokens, seed 42")
            }
        }
    }

    @Test func `parallel embeds equal serial ones, in order`() async throws {
        let model = try TinyModel(seed: 1)
        let serial = try LocalEmbedder(directory: model.directory, threads: 1)
        let parallel = try LocalEmbedder(directory: model.directory, threads: 8)
        var random = SeededRandom(seed: 2)
        let texts = (0..<200).map { _ in
            (0..<Int.random(in: 0...80, using: &random)).map { _ in TinyModel.pieces.randomElement(using: &random)! }.joined(
                separator: " ")
        }
        let expected = try await serial.embed(texts, purpose: .document)
        let results = try await withThrowingTaskGroup(of: [[Float]].self) { group in
            for round in 0..<6 { group.addTask { try await parallel.embed(texts, purpose: round % 2 == 0 ? .query : .document) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count == 6)
        #expect(results.allSatisfy { $0 == expected })
        #expect((1...16).contains(parallel.idleScratchCount))
        #expect(serial.idleScratchCount == 1)
    }

    @Test func `no text gives no vector, an empty text one`() async throws {
        let model = try TinyModel(seed: 1)
        let embedder = try LocalEmbedder(directory: model.directory, threads: 3)
        #expect(try await embedder.embed([], purpose: .document).isEmpty)
        #expect(try await embedder.embed([""], purpose: .query).map(\.count) == [32])
    }

    @Test func `a text longer than the model is cut`() async throws {
        let model = try TinyModel(seed: 1)
        let embedder = try LocalEmbedder(directory: model.directory, threads: 1)
        #expect(embedder.folder.tokenCountMax == 64)
        let long = Array(repeating: "cat", count: 500).joined(separator: " ")
        let cut = Array(repeating: "cat", count: 62).joined(separator: " ")
        let vectors = try await embedder.embed([long, cut], purpose: .document)
        #expect(vectors[0] == vectors[1])
        #expect(embedder.tokenCount(long) == 502)
    }

    @Test func `a cancelled task begins no text`() async throws {
        let model = try TinyModel(seed: 1)
        let embedder = try LocalEmbedder(directory: model.directory, threads: 1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await embedder.embed(["the cat"], purpose: .document)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `a question is answered beside a batch, and a cancelled batch stops between texts`() async throws {
        let model = try TinyModel(seed: 1)
        let embedder = try LocalEmbedder(directory: model.directory, threads: 1)
        // Minutes of work, so that the batch can only end by being cancelled.
        let texts = Array(repeating: Array(repeating: "cat", count: 62).joined(separator: " "), count: 1_000_000)
        let batch = Task { try await embedder.embed(texts, purpose: .document) }
        for purpose in [EmbeddingPurpose.query, .sentence] {
            #expect(try await embedder.embed(["the cat"], purpose: purpose).count == 1)
        }
        batch.cancel()
        await #expect(throws: CancellationError.self) { try await batch.value }
    }

    @Test func `the id follows the weights and what shapes vectors, not the folder`() throws {
        func id(_ change: (TinyModel) throws -> Void = { _ in }, seed: UInt64 = 1, mean: Bool = true) throws -> String {
            let model = try TinyModel(seed: seed, mean: mean)
            try change(model)
            return try LocalEmbedder(directory: model.directory, threads: 1).id
        }
        let plain = try id()
        #expect(plain.wholeMatch(of: /bert-32-[0-9a-f]{8}/) != nil)
        #expect(try id() == plain)
        #expect(try id(seed: 2) != plain)
        #expect(try id(mean: false) != plain)
        #expect(try id({ try $0.write("sentence_bert_config.json", #"{"max_seq_length": 32}"#) }) != plain)
        #expect(try id({ try $0.write("tokenizer_config.json", #"{"do_lower_case": false}"#) }) != plain)
        let named = try id {
            try $0.write("config.json", TinyModel.config(replacing: ["_name_or_path": "\"someone/tiny-model/\""]))
        }
        #expect(named.hasPrefix("tiny-model-"))
    }

    @Test func `English BGE models with CLS pooling get the prefix for queries only`() async throws {
        let model = try TinyModel(seed: 1, mean: false, folder: "bge-tiny-en-v1.5")
        let embedder = try LocalEmbedder(directory: model.directory, threads: 1)
        let document = try await embedder.embed([ModelFolder.bgeQueryPrefix + "the cat"], purpose: .document)
        #expect(try await embedder.embed(["the cat"], purpose: .query) == document)
        #expect(try await embedder.embed(["the cat"], purpose: .document) != document)
        let sentence = try await embedder.embed(["the cat"], purpose: .sentence)
        #expect(try await sentence == embedder.embed(["the cat"], purpose: .document))
        let mean = try TinyModel(seed: 1, mean: true, folder: "bge-tiny-en-v1.5")
        #expect(try ModelFolder(directory: mean.directory).queryPrefix.isEmpty)
        let chinese = try TinyModel(seed: 1, mean: false, folder: "bge-tiny-zh-v1.5")
        #expect(try ModelFolder(directory: chinese.directory).queryPrefix.isEmpty)
    }

    @Test func `weights that are no numbers are an error, not a vector`() async throws {
        let model = try TinyModel(seed: 1)
        var data = try Data(contentsOf: URL(fileURLWithPath: model.directory + "/model.safetensors"))
        data.replaceSubrange((data.count - 128)..., with: Data(repeating: 0xFF, count: 128))
        try model.write("model.safetensors", data)
        let embedder = try LocalEmbedder(directory: model.directory, threads: 1)
        await #expect { try await embedder.embed(["cat"], purpose: .query) } throws: {
            ($0 as? OutcropFailure)?.message.contains("no finite vector") == true
        }
    }
}
