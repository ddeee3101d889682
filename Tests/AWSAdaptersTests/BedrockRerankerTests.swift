import AWS
import RAG
import Synchronization
import Testing

@testable import AWSAdapters

struct BedrockRerankerTests {
    private struct Call: Hashable {
        var query: String
        var sources: [String]
        var modelARN: String
        var resultsMax: Int
    }

    private final class Fake: Sendable {
        private let kept = Mutex<[Call]>([])
        private let results: [RerankResult]
        init(_ results: [(Int, Double)]) { self.results = results.map { RerankResult(index: $0.0, relevanceScore: $0.1) } }
        var calls: [Call] { kept.withLock { $0 } }

        func rerank(_ query: String, _ sources: [String], _ modelARN: String, _ resultsMax: Int) async throws -> [RerankResult] {
            kept.withLock { $0.append(Call(query: query, sources: sources, modelARN: modelARN, resultsMax: resultsMax)) }
            return results
        }

        var reranker: BedrockReranker { BedrockReranker(modelID: "amazon.rerank-v1:0", region: "us-west-2", call: rerank) }
    }

    private static func passages(_ texts: [String]) -> [Passage] {
        texts.enumerated().map { index, text in
            Passage(
                chunkID: Int64(index), documentID: "doc", filename: "a.txt", page: nil, headings: [], text: text,
                range: 0..<text.unicodeScalars.count, score: 0.5)
        }
    }

    @Test func `puts the best first, with the model's scores and ties in their order`() async throws {
        let fake = Fake([(3, 0.9), (0, 0.2), (2, 0.9), (1, 1.5)])
        let ranked = try await fake.reranker.rerank(Self.passages(["a", "b", "c", "d"]), for: "q", topK: 4)
        #expect(ranked.map(\.text) == ["b", "c", "d", "a"])
        #expect(ranked.map(\.score) == [1, 0.9, 0.9, 0.2])
        let arn = "arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0"
        #expect(fake.calls == [Call(query: "q", sources: ["a", "b", "c", "d"], modelARN: arn, resultsMax: 4)])
    }

    @Test func `asks for no more than there are and gives no more than were asked for`() async throws {
        let fake = Fake([(1, 0.4), (0, 0.3)])
        #expect(try await fake.reranker.rerank(Self.passages(["a", "b"]), for: "q", topK: 10).map(\.text) == ["b", "a"])
        #expect(fake.calls.last?.resultsMax == 2)
        #expect(try await fake.reranker.rerank(Self.passages(["a", "b"]), for: "q", topK: 1).map(\.text) == ["b"])
        #expect(fake.calls.last?.resultsMax == 1)
    }

    @Test(arguments: [([], 3), (["a"], 0), (["a"], -1), (["", " "], 3)]) func `makes no call for nothing`(
        _ texts: [String], _ topK: Int
    ) async throws {
        let fake = Fake([])
        #expect(try await fake.reranker.rerank(Self.passages(texts), for: "q", topK: topK).isEmpty)
        #expect(fake.calls.isEmpty)
    }

    @Test func `refuses a blank query`() async {
        let fake = Fake([])
        await #expect(throws: OutcropFailure.self) { try await fake.reranker.rerank(Self.passages(["a"]), for: " ", topK: 1) }
        #expect(fake.calls.isEmpty)
    }

    @Test(arguments: [[(2, 0.5)], [(-1, 0.5)], [(0, 0.5), (0, 0.4)], [(0, .nan)], [(.max, 0.1)]])
    func `refuses results that are none`(
        _ results: [(Int, Double)]
    ) async {
        await #expect {
            try await Fake(results).reranker.rerank(Self.passages(["a", "b"]), for: "q", topK: 2)
        } throws: { error in
            (error as? OutcropFailure).map { $0.kind == .badGateway && $0.message.contains("amazon.rerank-v1:0") } == true
        }
    }

    @Test func `leaves out blank passages and what is beyond the service's limits`() async throws {
        let long = String(repeating: "e\u{301}", count: 20_000)
        let fake = Fake([(1, 0.9)])
        let ranked = try await fake.reranker.rerank(
            Self.passages(["a", " ", long] + Array(repeating: "z", count: 1_500)), for: long, topK: 1)
        #expect(ranked.map(\.chunkID) == [2])
        #expect(ranked[0].text.unicodeScalars.count == 40_000)
        let call = try #require(fake.calls.first)
        #expect(call.sources.count == 1_000)
        #expect(call.sources.prefix(2).map(\.unicodeScalars.count) == [1, 32_000])
        #expect(call.query.unicodeScalars.count == 32_000)
    }

    @Test(arguments: [
        ("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"), ("eusc-de-east-1", "aws-eusc"), ("eu-central-1", "aws"),
    ])
    func `writes the ARN in the region's partition`(_ region: String, _ partition: String) {
        let arn = BedrockReranker.modelARN(of: "cohere.rerank-v3-5:0", region: region)
        #expect(arn == "arn:\(partition):bedrock:\(region)::foundation-model/cohere.rerank-v3-5:0")
        #expect(BedrockReranker.modelARN(of: arn, region: "eu-west-1") == arn)
    }
}
