import HTTP
import HTTPTypes
import RAG
import Testing

@testable import OutcropServer

/// A wrong request and how it must be answered.
struct WrongInput: Sendable, CustomTestStringConvertible {
    var method: HTTPRequest.Method
    var path: String
    var body: String
    var status: Int
    var code: String
    var param: String

    init(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "", _ status: Int, _ code: String, _ param: String = ""
    ) {
        self.method = method
        self.path = path
        self.body = body
        self.status = status
        self.code = code
        self.param = param
    }

    var testDescription: String { "\(method.rawValue) \(path) \(body.prefix(80))" }

    private static let chat = "/v1/chat/completions"
    private static let hello = #""messages":[{"role":"user","content":"hi"}]"#
    private static let model = #""model":"outcrop-extractive""#

    static let chatInputs: [WrongInput] = [
        WrongInput(.post, chat, "", 400, "invalid_json"),
        WrongInput(.post, chat, "{", 400, "invalid_json"),
        WrongInput(.post, chat, "[]", 400, "invalid_type"),
        WrongInput(.post, chat, "{\(hello)}", 400, "missing_required_parameter", "model"),
        WrongInput(.post, chat, "{\(model)}", 400, "missing_required_parameter", "messages"),
        WrongInput(.post, chat, #"{\#(model),"messages":[]}"#, 400, "empty_array", "messages"),
        WrongInput(.post, chat, #"{\#(model),"messages":"hi"}"#, 400, "invalid_type", "messages"),
        WrongInput(.post, chat, #"{\#(model),"messages":[{"role":"system","content":"x"}]}"#, 400, "invalid_value", "messages"),
        WrongInput(.post, chat, #"{"model":"gpt-4o",\#(hello)}"#, 404, "model_not_found", "model"),
        WrongInput(.post, chat, #"{"model":7,\#(hello)}"#, 400, "invalid_type", "model"),
        WrongInput(.post, chat, #"{\#(model),\#(hello),"stream":"yes"}"#, 400, "invalid_type", "stream"),
        WrongInput(.post, chat, #"{\#(model),\#(hello),"temperature":9}"#, 400, "decimal_above_max_value", "temperature"),
        WrongInput(.post, chat, #"{\#(model),\#(hello),"n":2}"#, 400, "unsupported_value", "n"),
        WrongInput(.post, chat, #"{\#(model),\#(hello),"tools":[{"type":"function"}]}"#, 400, "unsupported_value", "tools"),
        WrongInput(
            .post, chat, #"{\#(model),\#(hello),"response_format":{"type":"json_object"}}"#, 400, "unsupported_value",
            "response_format"),
        WrongInput(.post, chat, #"{\#(model),\#(hello),"retrieval":{"mode":"maybe"}}"#, 400, "invalid_value", "retrieval.mode"),
        WrongInput(
            .post, chat, #"{\#(model),\#(hello),"retrieval":{"top_k":0}}"#, 400, "integer_below_min_value", "retrieval.top_k"),
        WrongInput(.get, chat, "", 405, "method_not_allowed"),
    ]

    static let embeddingInputs: [WrongInput] = [
        WrongInput(.post, "/v1/embeddings", #"{"model":"mini"}"#, 400, "missing_required_parameter", "input"),
        WrongInput(.post, "/v1/embeddings", #"{"model":"mini","input":""}"#, 400, "empty_string", "input"),
        WrongInput(.post, "/v1/embeddings", #"{"model":"mini","input":["a",7]}"#, 400, "invalid_type", "input[1]"),
        WrongInput(.post, "/v1/embeddings", #"{"model":"mini","input":[1,2]}"#, 400, "token_input_unsupported", "input"),
        WrongInput(
            .post, "/v1/embeddings", #"{"model":"mini","input":"a","dimensions":2}"#, 400, "unsupported_value", "dimensions"),
        WrongInput(.post, "/v1/embeddings", #"{"model":"ada","input":"a"}"#, 404, "model_not_found", "model"),
        WrongInput(.post, "/v1/embeddings", #"{"model":"outcrop-extractive","input":"a"}"#, 404, "model_not_found", "model"),
        WrongInput(.delete, "/v1/embeddings", "", 405, "method_not_allowed"),
    ]

    static let documentInputs: [WrongInput] = [
        WrongInput(.post, "/v1/documents", "{}", 400, "missing_required_parameter", "filename"),
        WrongInput(.post, "/v1/documents", #"{"filename":""}"#, 400, "invalid_filename", "filename"),
        WrongInput(.post, "/v1/documents", #"{"filename":".."}"#, 400, "invalid_filename", "filename"),
        WrongInput(.post, "/v1/documents", #"{"filename":"../a.txt"}"#, 400, "invalid_filename", "filename"),
        WrongInput(.post, "/v1/documents", #"{"filename":"/etc/passwd"}"#, 400, "invalid_filename", "filename"),
        WrongInput(.post, "/v1/documents", #"{"filename":"a\\b.txt"}"#, 400, "invalid_filename", "filename"),
        WrongInput(.post, "/v1/documents", #"{"filename":"a\u0000.txt"}"#, 400, "invalid_filename", "filename"),
        WrongInput(.post, "/v1/documents", #"{"filename":"a\r\nb.txt"}"#, 400, "invalid_filename", "filename"),
        WrongInput(
            .post, "/v1/documents", #"{"filename":"a.txt","content_type":"text"}"#, 400, "invalid_content_type", "content_type"),
        WrongInput(
            .post, "/v1/documents", #"{"filename":"a.txt","content_type":"text/x\r\nevil: 1"}"#, 400, "invalid_content_type",
            "content_type"),
        WrongInput(.post, "/v1/documents", #"{"filename":"a.txt","bytes":-1}"#, 400, "integer_below_min_value", "bytes"),
        WrongInput(.post, "/v1/documents", #"{"filename":"a.txt","bytes":1000000000}"#, 413, "file_too_large", "bytes"),
        WrongInput(.post, "/v1/documents", #"{"filename":"a.txt","metadata":{"k":{}}}"#, 400, "invalid_type", "metadata.k"),
        WrongInput(.get, "/v1/documents?limit=0", "", 400, "invalid_value", "limit"),
        WrongInput(.get, "/v1/documents?limit=1001", "", 400, "invalid_value", "limit"),
        WrongInput(.get, "/v1/documents?limit=ten", "", 400, "invalid_value", "limit"),
        WrongInput(.get, "/v1/documents?after=", "", 400, "empty_string", "after"),
        WrongInput(.get, "/v1/documents/doc_none", "", 404, "document_not_found", "id"),
        WrongInput(.get, "/v1/documents/doc_none/content", "", 404, "document_not_found", "id"),
        WrongInput(.delete, "/v1/documents/doc_none", "", 404, "document_not_found", "id"),
        WrongInput(.put, "/v1/documents/doc_none", "", 405, "method_not_allowed"),
        WrongInput(.get, "/v1/uploads", "", 405, "method_not_allowed"),
        WrongInput(.post, "/v1/uploads", "x", 400, ""),
    ]

    static let otherInputs: [WrongInput] = [
        WrongInput(.post, "/v1/kb/sync", "{", 400, "invalid_json"),
        WrongInput(.post, "/v1/kb/sync", #"{"rebuild":"yes"}"#, 400, "invalid_type", "rebuild"),
        WrongInput(.get, "/v1/kb/sync", "", 405, "method_not_allowed"),
        WrongInput(.get, "/v1/kb/status?job_id=job_none", "", 404, "job_not_found", "job_id"),
        WrongInput(.post, "/v1/kb/search", "{}", 400, "missing_required_parameter", "query"),
        WrongInput(.post, "/v1/kb/search", #"{"query":" "}"#, 400, "empty_string", "query"),
        WrongInput(
            .post, "/v1/kb/search", #"{"query":"a","max_num_results":51}"#, 400, "integer_above_max_value", "max_num_results"),
        WrongInput(.get, "/v1/models/gpt-4o", "", 404, "model_not_found", "model"),
        WrongInput(.get, "/v1/models/a/b", "", 404, "model_not_found", "model"),
        WrongInput(.post, "/v1/models", "{}", 405, "method_not_allowed"),
        WrongInput(.post, "/health", "{}", 405, "method_not_allowed"),
        WrongInput(.post, "/openapi.json", "{}", 405, "method_not_allowed"),
        WrongInput(.get, "/v1/nothing", "", 404, "unknown_url"),
        WrongInput(.get, "/v1/models/", "", 404, "unknown_url"),
        WrongInput(.get, "/V1/models", "", 404, "unknown_url"),
    ]
}

@Suite struct WrongInputTests {
    @Test(arguments: Transport.Kind.allCases, WrongInput.chatInputs)
    func `wrong chat requests are told what is wrong`(kind: Transport.Kind, input: WrongInput) async throws {
        try await check(input, kind)
    }

    @Test(arguments: Transport.Kind.allCases, WrongInput.embeddingInputs)
    func `wrong requests for embeddings are told what is wrong`(kind: Transport.Kind, input: WrongInput) async throws {
        try await check(input, kind)
    }

    @Test(arguments: Transport.Kind.allCases, WrongInput.documentInputs)
    func `wrong requests about documents are told what is wrong`(kind: Transport.Kind, input: WrongInput) async throws {
        try await check(input, kind)
    }

    @Test(arguments: Transport.Kind.allCases, WrongInput.otherInputs)
    func `all other wrong requests are told what is wrong`(kind: Transport.Kind, input: WrongInput) async throws {
        try await check(input, kind)
    }

    private func check(_ input: WrongInput, _ kind: Transport.Kind) async throws {
        let fixture = try Fixture()
        let answer = try await fixture.transport(kind).send(input.method, input.path, body: Array(input.body.utf8))
        #expect(answer.status == input.status, "\(answer.text)")
        #expect(answer.field("content-type") == "application/json")
        #expect(try answer.error("code") == input.code)
        #expect(try answer.error("param") == input.param)
        #expect(try !answer.error("message").isEmpty)
        #expect(try answer.error("type") == "invalid_request_error")
        if input.status == 405 { #expect(answer.field("allow")?.contains("OPTIONS") == true) }
    }

    @Test(arguments: ["/v1/chat/completions", "/v1/embeddings", "/v1/documents", "/v1/kb/sync", "/v1/kb/search"])
    func `a body past the limit is refused with 413`(path: String) async throws {
        var fixture = try Fixture()
        fixture.settings.jsonBodyBytesMax = 100
        let body = "{\"user\":\"\(String(repeating: "a", count: 200))\"}"
        let answer = try await fixture.transport().post(path, body)
        #expect(answer.status == 413)
        #expect(try answer.error("message").contains("100 bytes"))
        #expect(try answer.error("code") == "request_too_large")
    }

    @Test func `bodies that come slowly share a bounded memory`() async throws {
        var fixture = try Fixture()
        fixture.settings.jsonBytesInFlightMax = 100
        let application = try fixture.application()
        let transport = try Transport(.handler, application)
        let (asked, asking) = AsyncStream<Void>.makeStream()
        let (pieces, sending) = AsyncStream<[UInt8]>.makeStream()
        var request = try Transport.request(.post, "/v1/kb/search", [:])
        request.body = RequestBody(contentLength: nil) {
            asking.yield()
            for await piece in pieces { return piece }
            return nil
        }
        let slow = Task { [request] in try await application.handler()(request).status.code }
        sending.yield(Array((#"{"query":"a"}"# + String(repeating: " ", count: 80)).utf8))
        // Asked for a second piece, it holds the first.
        var askedCount = 0
        for await _ in asked {
            askedCount += 1
            if askedCount == 2 { break }
        }
        let refused = try await transport.post("/v1/kb/search", #"{"query":"rivers"}"#)
        #expect(refused.status == 503)
        #expect(refused.field("retry-after") == "1")
        #expect(try refused.error("code") == "overloaded")
        sending.finish()
        #expect(try await slow.value == 200)
        #expect(try await transport.post("/v1/kb/search", #"{"query":"rivers"}"#).status == 200)
    }

    @Test(arguments: [
        "/v1/documents", "/v1/documents/doc_a", "/v1/documents/doc_a/content", "/v1/models", "/v1/kb/status",
        "/v1/kb/status?job_id=x",
    ])
    func `an unexpected failure becomes a 500 that shows nothing of it`(path: String) async throws {
        struct Secret: Error { let path = "/secret/place" }
        let fixture = try Fixture()
        fixture.knowledge.state.withLock { $0.failure = Secret() }
        let answer = try await fixture.transport().send(.get, path)
        guard path != "/v1/models" else {
            #expect(answer.status == 200, "models come from memory")
            return
        }
        #expect(answer.status == 500)
        #expect(!answer.text.contains("secret"))
        #expect(try answer.error("type") == "server_error")
        #expect(try answer.error("message").contains("req-1"))
        #expect(fixture.logged.lines.contains { $0.contains("/secret/place") && $0.contains("req-1") })
    }

    @Test func `a failure with a meaning keeps it`() async throws {
        let fixture = try Fixture()
        fixture.knowledge.state.withLock { $0.failure = OutcropFailure(.conflict, "Run sync --rebuild.", retryAfterSeconds: 3) }
        let answer = try await fixture.transport().post("/v1/kb/sync", "")
        #expect(answer.status == 409)
        #expect(answer.field("retry-after") == "3")
        #expect(try answer.error("message") == "Run sync --rebuild.")
    }

    @Test(arguments: [CancellationError(), ServerError(.peerGone, "left")] as [any Error])
    func `a client that has gone gets no answer and no line in the log`(error: any Error) async throws {
        let fixture = try Fixture()
        fixture.knowledge.state.withLock { $0.failure = error }
        let transport = try fixture.transport()
        await #expect(throws: (any Error).self) { try await transport.send(.get, "/v1/documents") }
        #expect(fixture.logged.lines.isEmpty)
    }
}
