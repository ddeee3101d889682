import HTTPTypes
import RAG
import Synchronization
import Testing

@testable import OutcropServer

@Suite struct KnowledgeBaseRouteTests {
    private static let job =
        #""id":"job_sync","object":"kb.sync_job","status":"running","started_at":1790000000,"finished_at":null,"scanned":2,"added":0,"updated":0,"deleted":0,"failed":0,"failures":[{"document_id":"doc_x","filename":"x.pdf","reason":"it is encrypted"}],"error":null,"progress":{"files_done":0,"files_total":0,"chunks_done":0,"elapsed_seconds":0.0,"current_file":null}"#
    private static let state =
        #"{"object":"kb.status","generation":3,"documents":{"total":2,"indexed":1,"pending":0,"failed":1},"chunks":9,"embedding_model":"mini","dimensions":3,"job":"#

    @Test(arguments: Transport.Kind.allCases)
    func `a sync is accepted and its job can be asked for`(kind: Transport.Kind) async throws {
        let transport = try Fixture().transport(kind)
        #expect(try await transport.send(.get, "/v1/kb/status").text == Self.state + "null}")
        let started = try await transport.send(.post, "/v1/kb/sync")
        #expect(started.status == 202)
        #expect(started.text == "{\(Self.job)}")
        #expect(try await transport.send(.get, "/v1/kb/status?job_id=job_sync").text == Self.state + "{\(Self.job)}}")
        #expect(try await transport.send(.get, "/v1/kb/status").text == Self.state + "{\(Self.job)}}")
    }

    @Test func `rebuild is passed on`() async throws {
        let answer = try await Fixture().transport().post("/v1/kb/sync", #"{"rebuild":true}"#)
        #expect(try answer.json()["id"] as? String == "job_rebuild")
    }

    @Test func `the running job is shown before an older one`() async throws {
        let fixture = try Fixture()
        let transport = try fixture.transport()
        _ = try await transport.post("/v1/kb/sync", #"{"rebuild":true}"#)
        _ = try await fixture.knowledge.startSync(rebuild: false)
        fixture.knowledge.state.withLock { $0.status.runningJob = $0.jobs[0] }
        let job = try await transport.send(.get, "/v1/kb/status").json()["job"] as? [String: Any]
        #expect(job?["id"] as? String == "job_rebuild")
    }

    @Test(arguments: Transport.Kind.allCases)
    func `search answers in the form of a vector store's page`(kind: Transport.Kind) async throws {
        let fixture = try Fixture()
        fixture.knowledge.state.withLock {
            $0.passages = [
                Passage(
                    chunkID: 1, documentID: "doc_a", filename: "a.pdf", page: 2, headings: ["One"], text: "Rivers \"flow\".",
                    range: 3..<17,
                    score: 0.5, metadata: ["year": .number(2024)])
            ]
        }
        let answer = try await fixture.transport(kind).post(
            "/v1/kb/search",
            #"{"query":["rivers","flow"],"max_num_results":3,"ranking_options":{"score_threshold":0.2},"filters":{"type":"eq","key":"year","value":2024}}"#
        )
        #expect(
            answer.text
                == #"{"object":"vector_store.search_results.page","search_query":["rivers","flow"],"data":[{"file_id":"doc_a","filename":"a.pdf","score":0.5,"attributes":{"year":2024},"content":[{"type":"text","text":"Rivers \"flow\"."}],"page":2,"headings":["One"],"range":{"start":3,"end":17}}],"has_more":false,"next_page":null}"#
        )
        let query = try #require(fixture.knowledge.state.withLock { $0.queries.first })
        #expect(query.texts == ["rivers", "flow"] && query.topK == 3 && query.minScore == 0.2)
        #expect(query.filter == .compare(key: "year", .eq, .number(2024)))
    }
}

@Suite struct DocumentListTests {
    @Test(arguments: Transport.Kind.allCases)
    func `lists documents page by page`(kind: Transport.Kind) async throws {
        let fixture = try Fixture()
        for name in ["a.txt", "b/c.txt", "d.txt"] { _ = try fixture.knowledge.add(name, [65], contentType: "text/plain") }
        let transport = try fixture.transport(kind)
        let first = try await transport.send(.get, "/v1/documents?limit=2").json()
        #expect((first["data"] as? [[String: Any]])?.map { $0["filename"] as? String } == ["a.txt", "b/c.txt"])
        #expect(first["has_more"] as? Bool == true && first["last_id"] as? String == "doc_b/c.txt")
        let second = try await transport.send(.get, "/v1/documents?limit=2&after=doc_b%2Fc.txt").json()
        #expect((second["data"] as? [[String: Any]])?.map { $0["filename"] as? String } == ["d.txt"])
        #expect(second["has_more"] as? Bool == false)
    }

    @Test func `shows one document, deletes it once, and then knows it no more`() async throws {
        let fixture = try Fixture()
        _ = try fixture.knowledge.add("a.txt", [65], contentType: "text/plain")
        let transport = try fixture.transport()
        #expect(
            try await transport.send(.get, "/v1/documents/doc_a.txt").text
                == #"{"id":"doc_a.txt","object":"document","filename":"a.txt","bytes":1,"content_type":"text/plain","etag":"e7a9","created_at":1700000000,"status":"indexed","pages":null,"chunks":1,"error":null,"metadata":{}}"#
        )
        #expect(
            try await transport.send(.delete, "/v1/documents/doc_a.txt").text
                == #"{"id":"doc_a.txt","object":"document.deleted","deleted":true}"#)
        #expect(try await transport.send(.delete, "/v1/documents/doc_a.txt").status == 404)
        #expect(try await transport.send(.get, "/v1/documents/doc_a.txt").status == 404)
        #expect(try await transport.send(.get, "/v1/documents/doc_a.txt/content").status == 404)
    }
}

@Suite struct EmbeddingTests {
    @Test(arguments: Transport.Kind.allCases)
    func `embeds one text and several, as numbers and as base64`(kind: Transport.Kind) async throws {
        let transport = try Fixture().transport(kind)
        #expect(
            try await transport.post("/v1/embeddings", #"{"model":"mini","input":"abc","dimensions":3}"#).text
                == #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1.0,0.0,-0.5]}],"model":"mini","usage":{"prompt_tokens":3,"total_tokens":3}}"#
        )
        let several = try await transport.post(
            "/v1/embeddings", #"{"model":"mini","input":["a","bc"],"encoding_format":"base64"}"#
        ).json()
        let data = try #require(several["data"] as? [[String: Any]])
        // struct.pack("<3f", 1, 0, -0.5) in base64.
        #expect(data.map { $0["embedding"] as? String } == ["AACAPwAAAAAAAAC/", "AACAPwAAAAAAAAC/"])
        #expect(data.map { $0["index"] as? Int } == [0, 1])
    }

    @Test func `a few texts go ahead of indexing, many take their turn`() async throws {
        var fixture = try Fixture()
        let embedder = PurposeRecorder()
        fixture.embedder = embedder
        let transport = try fixture.transport()
        for count in [1, EmbeddingRoutes.promptTextsMax, EmbeddingRoutes.promptTextsMax + 1] {
            let input = Array(repeating: #""a""#, count: count).joined(separator: ",")
            #expect(try await transport.post("/v1/embeddings", #"{"model":"mini","input":[\#(input)]}"#).status == 200)
        }
        #expect(embedder.purposes.withLock { $0 } == [.sentence, .sentence, .document])
    }

    @Test func `without a model it says how to get one`() async throws {
        var fixture = try Fixture()
        fixture.embedder = nil
        let answer = try await fixture.transport().post("/v1/embeddings", #"{"model":"mini","input":"abc"}"#)
        #expect(answer.status == 503)
        #expect(try answer.error("code") == "no_embedding_model")
        #expect(try answer.error("message").contains("make model"))
    }

    @Test func `tokens count against the key`() async throws {
        var fixture = try Fixture()
        fixture.settings.rateLimit.tokensPerMinute = 60
        let transport = try fixture.transport()
        let text = String(repeating: "a", count: 90)
        #expect(try await transport.post("/v1/embeddings", "{\"model\":\"mini\",\"input\":\"\(text)\"}").status == 200)
        let refused = try await transport.post("/v1/embeddings", #"{"model":"mini","input":"a"}"#)
        #expect(refused.status == 429)
        #expect(refused.field("retry-after") == "31")
    }
}

/// Notes what texts are embedded for.
private final class PurposeRecorder: Embedder {
    let purposes = Mutex<[EmbeddingPurpose]>([])
    var id: String { "mini" }
    var dimensions: Int { 3 }
    func tokenCount(_ text: String) -> Int { 1 }
    func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        purposes.withLock { $0.append(purpose) }
        return texts.map { _ in [1, 0, 0] }
    }
}
