import AWS
import RAG
import Synchronization
import Testing

@testable import AWSAdapters

struct BedrockKnowledgeBaseRetrieverTests {
    private struct Call: Hashable {
        var text: String
        var resultsMax: Int
        var filter: JSONDocument?
    }

    /// Answers each text from a table and keeps what it was asked.
    private final class Fake: Sendable {
        private let kept = Mutex<[Call]>([])
        private let results: [String: [KnowledgeBaseResult]]
        init(_ results: [String: [KnowledgeBaseResult]]) { self.results = results }
        var calls: [Call] { kept.withLock { $0.sorted { $0.text < $1.text } } }

        func retrieve(
            _ text: String, _ id: String, _ resultsMax: Int, _ filter: JSONDocument?
        ) async throws -> [KnowledgeBaseResult] {
            #expect(id == "KB12345678")
            kept.withLock { $0.append(Call(text: text, resultsMax: resultsMax, filter: filter)) }
            return results[text] ?? []
        }

        func retriever(_ recent: RecentTexts = RecentTexts()) -> BedrockKnowledgeBaseRetriever {
            BedrockKnowledgeBaseRetriever(knowledgeBaseID: "KB12345678", recent: recent, call: retrieve)
        }
    }

    private static func result(
        _ text: String, _ score: Double?, uri: String? = "s3://b/a.pdf", page: JSONDocument? = nil
    ) -> KnowledgeBaseResult {
        KnowledgeBaseResult(text: text, uri: uri, score: score, metadata: page.map { [KnowledgeBasePassage.pageKey: $0] } ?? [:])
    }

    @Test func `fuses all phrasings by their best scores`() async throws {
        let fake = Fake([
            "q": [Self.result("one", 0.9), Self.result("two", 0.4), Self.result("three", 0.3)],
            "q2": [Self.result("two", 0.8), Self.result("four", 0.4), Self.result("one", 0.1), Self.result("five", nil)],
        ])
        let retriever = fake.retriever()
        let passages = try await retriever.retrieve(RetrievalQuery(texts: ["q", "q2"], topK: 10))
        #expect(passages.map(\.text) == ["one", "two", "four", "three", "five"])
        #expect(passages.map(\.score) == [0.9, 0.8, 0.4, 0.3, 0])
        #expect(fake.calls == [Call(text: "q", resultsMax: 10), Call(text: "q2", resultsMax: 10)])
        #expect(try await retriever.retrieve(RetrievalQuery(texts: ["q", "q2"], topK: 2)).map(\.text) == ["one", "two"])
        #expect(try await retriever.hasDocuments())
    }

    @Test func `a text that stands in several documents comes once`() async throws {
        let fake = Fake([
            "q": [Self.result("same", 0.5, uri: "s3://b/copy.pdf"), Self.result("same", 0.5), Self.result("other", 0.4)],
            "q2": [Self.result("same", 0.7)],
        ])
        let passages = try await fake.retriever().retrieve(RetrievalQuery(texts: ["q", "q2"], topK: 10))
        #expect(passages.map(\.text) == ["same", "other"])
        #expect(passages.map(\.score) == [0.7, 0.4] && passages.map(\.filename) == ["a.pdf", "a.pdf"])
    }

    @Test func `a minimum counts only where the query names one`() async throws {
        let fake = Fake(["q": [Self.result("one", 0.5), Self.result("two", 0.1), Self.result("three", 0.0)]])
        #expect(try await fake.retriever().retrieve(RetrievalQuery(texts: ["q"], topK: 10)).count == 3)
        #expect(try await fake.retriever().retrieve(RetrievalQuery(texts: ["q"], topK: 10, minScore: 0.1)).count == 2)
    }

    @Test func `keeps to the limits of the service`() async throws {
        let fake = Fake([:])
        let long = String(repeating: "x", count: 30_000)
        _ = try await fake.retriever().retrieve(RetrievalQuery(texts: [long, " ", ""] + (0..<40).map { "q\($0)" }, topK: 1_000))
        #expect(fake.calls.count == 16)
        #expect(fake.calls.allSatisfy { $0.resultsMax == 100 && $0.text.count <= 20_000 && !$0.text.isBlank })
    }

    @Test func `asks nothing when nothing can come`() async throws {
        let fake = Fake([:])
        for query in [
            RetrievalQuery(texts: [], topK: 3), RetrievalQuery(texts: [" "], topK: 3), RetrievalQuery(texts: ["q"], topK: 0),
            RetrievalQuery(texts: ["q"], topK: 3, filter: .or([])),
        ] {
            #expect(try await fake.retriever().retrieve(query).isEmpty)
        }
        await #expect(throws: OutcropFailure.self) {
            try await fake.retriever().retrieve(RetrievalQuery(texts: ["q"], topK: 3, filter: .compare(key: "k", .eq, .null)))
        }
        #expect(fake.calls.isEmpty)
    }

    @Test func `sends the filter, and none where all pass`() async throws {
        let fake = Fake([:])
        let retriever = fake.retriever()
        _ = try await retriever.retrieve(RetrievalQuery(texts: ["a"], topK: 3, filter: .compare(key: "k", .eq, .string("x"))))
        _ = try await retriever.retrieve(RetrievalQuery(texts: ["b"], topK: 3, filter: .and([])))
        #expect(fake.calls.map(\.filter) == [.object(["equals": .object(["key": .string("k"), "value": .string("x")])]), nil])
    }

    @Test func `chunks of one page stay apart and each is what its citation is checked against`() async throws {
        let texts = ["Longer chunk of the page, é.", "Short chunk."]
        let fake = Fake(["q": texts.map { Self.result($0, 0.5, page: .integer(2)) } + [Self.result(" ", 0.9)]])
        let retriever = fake.retriever()
        let passages = try await retriever.retrieve(RetrievalQuery(texts: ["q"], topK: 10))
        #expect(passages.map(\.text) == texts)
        #expect(Set(passages.map(\.documentID)).count == 2)
        #expect(passages.allSatisfy { $0.documentID.hasPrefix("bkb_") && $0.documentID.utf8.count == 36 })
        // The source is recognised by the first half.
        #expect(Set(passages.map { $0.documentID.prefix(20) }).count == 1)
        for passage in passages {
            #expect(try await retriever.storedText(documentID: passage.documentID, range: passage.range) == passage.text)
            #expect(try await retriever.storedText(documentID: passage.documentID, range: 1..<3) != nil)
            let past = 0..<passage.range.upperBound + 1
            #expect(try await retriever.storedText(documentID: passage.documentID, range: past) == nil)
            #expect(try await retriever.storedText(documentID: passage.documentID, range: -1..<3) == nil)
        }
        #expect(try await retriever.storedText(documentID: "bkb_", range: 0..<1) == nil)
        // The same in every process: FNV-1a, computed elsewhere.
        #expect(passages[1].documentID == "bkb_823a714e0b8eacc61ebaf43d032739e8")
    }

    @Test func `holds the candidates of 256 answers at once`() {
        let recent = RecentTexts()
        let text = String(repeating: "x", count: 1_200)
        let ids = (0..<256 * 24).map { "bkb_\($0)" }
        for id in ids { recent.keep(text, for: id) }
        #expect(ids.allSatisfy { recent.text(for: $0) != nil })
    }

    @Test func `forgets the texts unused for long, by count and by bytes`() {
        let byCount = RecentTexts(countMax: 4, byteCountMax: 1_000)
        for index in 0..<100 {
            byCount.keep("t\(index)", for: "\(index)")
            #expect(byCount.text(for: "0") == "t0")
            #expect(byCount.count <= 4)
        }
        #expect(byCount.text(for: "50") == nil)
        let byBytes = RecentTexts(countMax: 1_000, byteCountMax: 100)
        for index in 0..<100 { byBytes.keep("0123456789", for: "\(index)") }
        #expect(byBytes.count <= 10)
        #expect(byBytes.text(for: "99") != nil)
        byBytes.keep(String(repeating: "x", count: 51), for: "large")
        #expect(byBytes.text(for: "large") == nil)
        // The same text again takes no more room.
        for _ in 0..<100 { byBytes.keep("0123456789", for: "99") }
        #expect(byBytes.text(for: "98") != nil)
    }
}
