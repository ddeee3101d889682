import AWS
import RAG
import Synchronization
import Testing

@testable import AWSAdapters

struct BedrockEmbedderTests {
    /// Cohere's answer in which the vector of the text "7" begins 7, 1, 0, 0 ….
    private static let cohere: @Sendable (String) -> String = { body in
        let start = body.firstRange(of: #""texts":["#)?.upperBound ?? body.endIndex
        let texts = body[start...].prefix { $0 != "]" }.split(separator: ",").map { $0.dropFirst().dropLast() }
        let zeros = String(repeating: ",0", count: 254)
        return #"{"embeddings":{"float":["# + texts.map { "[\($0.count > 9 ? "0" : $0),1\(zeros)]" }.joined(separator: ",")
            + "]}}"
    }

    @Test func `keeps the order over many batches and stays within its parallel calls`() async throws {
        let meeting = Rendezvous(count: 3)
        let fake = FakeInvoke { body in
            // Three at a time go on together, so that fewer would hang and more would show.
            await meeting.meet()
            return Self.cohere(body)
        }
        let embedder = try BedrockEmbedder(
            modelID: "cohere.embed-v4:0", dimensions: 256, parallelCallsMax: 3, invoke: fake.invoke)
        let texts = (0..<96 * 5 + 1).map(String.init)
        let vectors = try await embedder.embed(texts, purpose: .document)
        #expect(fake.calls.count == 6)
        #expect(fake.runningMax == 3)
        let indices = vectors.map { Int(($0[0] / $0[1]).rounded()) }
        #expect(indices == Array(0..<481))
    }

    @Test func `closes a batch before its bytes pass the limit`() async throws {
        let fake = FakeInvoke { Self.cohere($0) }
        let embedder = try BedrockEmbedder(
            modelID: "cohere.embed-v4:0", dimensions: 256, batchBytesMax: 10_000, invoke: fake.invoke)
        // One of them alone is longer than a batch may be.
        let lengths = Array(repeating: 3_000, count: 7) + [20_000, 10]
        let texts = lengths.map { String(repeating: "x", count: $0) }
        #expect(try await embedder.embed(texts, purpose: .document).count == 9)
        let sizes = fake.calls.map { $0.body.utf8.count { $0 == UInt8(ascii: "x") } - 1 }
        #expect(sizes.sorted() == [10, 3_000, 9_000, 9_000, 20_000])
        #expect(BedrockEmbedder.batchBytesMax < 25_000_000)
    }

    @Test func `asks nothing for no text and for blank text`() async throws {
        let fake = FakeInvoke { _ in "" }
        let embedder = try BedrockEmbedder(modelID: "cohere.embed-english-v3", invoke: fake.invoke)
        #expect(try await embedder.embed([], purpose: .query).isEmpty)
        for blank in ["", " \n", "\u{200B}", "\0"] {
            await #expect(throws: OutcropFailure.self) { try await embedder.embed(["a", blank], purpose: .document) }
        }
        #expect(fake.calls.isEmpty)
    }

    private static let zeros = "[" + Array(repeating: "0.0", count: 1024).joined(separator: ",") + "]"
    private static let huge = "[" + Array(repeating: "3e38", count: 1024).joined(separator: ",") + "]"

    /// What a service might answer in place of one vector of 1,024 dimensions, and what is said about it.
    static let hostile: [(answer: String, says: String)] = [
        ("", "no embedding"), ("null", "no embedding"), ("[]", "no embedding"), ("{", "no embedding"),
        ("{}", "0 vectors for 1 texts"),
        (#"{"embedding":null}"#, "no embedding"), (#"{"embedding":[]}"#, "0 dimensions instead of 1024"),
        (#"{"embedding":[1,2,3]}"#, "3 dimensions instead of 1024"), (#"{"embedding":[1,2,"#, "no embedding"),
        (#"{"embedding":[NaN]}"#, "no embedding"), (#"{"embedding":["1"]}"#, "no embedding"),
        (#"{"embedding":[1 2]}"#, "no embedding"),
        (#"{"embedding":[[1]]}"#, "no embedding"), (#"{"embedding":\#(EmbeddingCase.numbers(1025))}"#, "1025 dimensions"),
        (#"{"embedding":\#(zeros)}"#, "without a direction"),
        (#"{"embedding":\#(huge.replacing("3e38", with: "1e999"))}"#, "direction"),
        (#"{"embedding":\#(EmbeddingCase.numbers(1024))} x"#, "no embedding"),
        (#"{"x":\#(String(repeating: "[", count: 100))"#, "nested too deep"), (#"{"x":"\"#, "no embedding"),
        (#"{"x":}"#, "no embedding"),
        (#"{"x":1"embedding":[]}"#, "no embedding"),
    ]

    @Test(arguments: hostile) func `refuses an answer that holds no good vector and names the model`(
        _ row: (answer: String, says: String)
    ) async throws {
        let embedder = try BedrockEmbedder(modelID: "amazon.titan-embed-text-v2:0") { _, _, _ in Array(row.answer.utf8) }
        await #expect {
            try await embedder.embed(["a"], purpose: .query)
        } throws: { error in
            guard let failure = error as? OutcropFailure else { return false }
            return failure.kind == .badGateway && failure.message.contains("amazon.titan-embed-text-v2:0")
                && failure.message.contains(row.says)
        }
    }

    @Test func `does not tell the account that its model's ARN names`() async throws {
        let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.cohere.embed-v4:0"
        let embedder = try BedrockEmbedder(modelID: arn) { _, _, _ in Array("{}".utf8) }
        let failure = await #expect(throws: OutcropFailure.self) { try await embedder.embed(["a"], purpose: .query) }
        #expect(failure?.message.contains("cohere.embed-v4:0 ") == true)
        #expect(failure?.message.contains("123456789012") == false)
    }

    @Test func `takes large and tiny numbers whose squares leave a float's range`() async throws {
        let tiny = "[" + Array(repeating: "1e-30", count: 1024).joined(separator: ",") + "]"
        for numbers in [Self.huge, tiny] {
            let embedder = try BedrockEmbedder(modelID: "amazon.titan-embed-text-v2:0") { _, _, _ in
                Array(EmbeddingCase.titan(numbers).utf8)
            }
            let vector = try await embedder.embed(["a"], purpose: .query)[0]
            #expect(vector.allSatisfy { abs($0 - 1 / 32) < 1e-6 })
        }
    }

    @Test func `refuses a batch with a vector too many or too few`() async throws {
        for count in [1, 3] {
            let vectors = Array(repeating: EmbeddingCase.numbers(1024), count: count).joined(separator: ",")
            let embedder = try BedrockEmbedder(modelID: "cohere.embed-english-v3") { _, _, _ in
                Array(#"{"embeddings":[\#(vectors)]}"#.utf8)
            }
            await #expect(throws: OutcropFailure.self) { try await embedder.embed(["a", "b"], purpose: .document) }
        }
    }

    @Test func `ends the other calls when one fails and starts no more`() async throws {
        struct Broken: Error {}
        let calls = Mutex(0)
        let embedder = try BedrockEmbedder(modelID: "amazon.titan-embed-text-v2:0", parallelCallsMax: 2) { _, _, _ in
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls == 1
            }
            if isFirst { throw Broken() }
            // Only cancellation ends this.
            try await untilCancelled()
            return []
        }
        await #expect(throws: Broken.self) { try await embedder.embed(["a", "b", "c", "d"], purpose: .document) }
        #expect(calls.withLock { $0 } == 2)
    }

    @Test func `estimates tokens`() throws {
        let embedder = try BedrockEmbedder(modelID: "cohere.embed-v4:0") { _, _, _ in [] }
        #expect(embedder.tokenCount("twelve bytes") == 4)
    }
}
