import Foundation
import HTTP
import HTTPTypes
import RAG
import Synchronization
import Testing

@testable import OutcropServer

@Suite struct ChatTests {
    private static let question = #""model":"outcrop-extractive","messages":[{"role":"user","content":"Do rivers flow?"}]"#
    private static let path = "/v1/chat/completions"
    private static let head =
        #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"outcrop-extractive","#

    private static func link(_ signature: String) -> String {
        "/v1/documents/doc_a/content?expires=1790003600&signature=\(signature)#page=2"
    }

    /// The signature that the fixture's key gives: checked by its own test, so here only its place counts.
    private func signature(_ fixture: Fixture) -> String {
        fixture.settings.signingKey.signature(of: "doc_a\n1790003600", purpose: .link)
    }

    @Test(arguments: Transport.Kind.allCases)
    func `streams role, text, citations, finish, usage and the end`(kind: Transport.Kind) async throws {
        let fixture = try Fixture()
        let answer = try await fixture.transport(kind).post(
            Self.path, "{\(Self.question),\"stream\":true,\"stream_options\":{\"include_usage\":true}}")
        #expect(answer.status == 200)
        #expect(answer.field("content-type") == "text/event-stream; charset=utf-8")
        #expect(answer.field("cache-control") == "no-cache")
        #expect(answer.field("x-accel-buffering") == "no")
        #expect(answer.field("server-timing") == "classify;dur=0.3, retrieve;dur=3.0, rerank;dur=1.0, first-token;dur=4.1")
        #expect(!answer.isCut)
        let url = Self.link(signature(fixture))
        let expected = [
            #""choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}"#,
            #""choices":[{"index":0,"delta":{"content":"Rivers "},"logprobs":null,"finish_reason":null}],"usage":null}"#,
            #""choices":[{"index":0,"delta":{"content":"flow [1]."},"logprobs":null,"finish_reason":null}],"usage":null}"#,
            #""choices":[{"index":0,"delta":{"annotations":[{"type":"url_citation","url_citation":{"url":"\#(url)","title":"rivers.pdf","start_index":12,"end_index":15}}]},"logprobs":null,"finish_reason":null}],"type":"citations","citations":[{"number":1,"document_id":"doc_a","filename":"rivers.pdf","page":2,"excerpt":"Rivers flow.","score":0.5,"range":{"start":4,"end":16},"url":"\#(url)","markers":[{"start":12,"end":15}]}],"usage":null}"#,
            #""choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}"#,
            #""choices":[],"usage":{"prompt_tokens":20,"completion_tokens":5,"total_tokens":25,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}"#,
        ]
        let frames = expected.map { "data: \(Self.head)\($0)\n\n" } + ["data: [DONE]\n\n"]
        #expect(answer.text == frames.joined())
    }

    @Test(arguments: Transport.Kind.allCases)
    func `without stream the same answer comes whole`(kind: Transport.Kind) async throws {
        let fixture = try Fixture()
        let answer = try await fixture.transport(kind).post(Self.path, "{\(Self.question)}")
        let url = Self.link(signature(fixture))
        #expect(answer.status == 200)
        #expect(answer.field("content-type") == "application/json")
        #expect(
            answer.field("server-timing")
                == "classify;dur=0.3, retrieve;dur=3.0, rerank;dur=1.0, first-token;dur=4.1, total;dur=9.0")
        let expected =
            #"{"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"outcrop-extractive","#
            + #""choices":[{"index":0,"message":{"role":"assistant","content":"Rivers flow [1].","refusal":null,"annotations":["#
            + #"{"type":"url_citation","url_citation":{"url":"\#(url)","title":"rivers.pdf","start_index":12,"end_index":15}}]},"#
            + #""logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":5,"total_tokens":25,"#
            + #""prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"#
            + #""audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"citations":[{"number":1,"#
            + #""document_id":"doc_a","filename":"rivers.pdf","page":2,"excerpt":"Rivers flow.","score":0.5,"#
            + #""range":{"start":4,"end":16},"url":"\#(url)","markers":[{"start":12,"end":15}]}]}"#
        #expect(answer.text == expected)
    }

    @Test func `sends no citations chunk and no usage chunk when there is nothing to say`() async throws {
        var fixture = try Fixture()
        fixture.answer = { _, _ in Fixture.events([.text("Hello."), .citations([]), Fixture.finished]) }
        let answer = try await fixture.transport().post(Self.path, "{\(Self.question),\"stream\":true}")
        #expect(!answer.text.contains("citations") && !answer.text.contains("usage"))
        #expect(answer.text.components(separatedBy: "\n\n").count == 5, "role, text, finish, [DONE] and the empty rest")
    }

    @Test func `passes on what was asked and echoes the alias as model`() async throws {
        var fixture = try Fixture()
        let seen = Mutex<(AnswerRequest, String)?>(nil)
        fixture.settings.modelAliases = ["gpt-4o-mini": "default"]
        fixture.answer = { request, generator in
            seen.withLock { $0 = (request, generator.modelID) }
            return Fixture.events(Fixture.cited)
        }
        let body =
            #"{"model":"gpt-4o-mini","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"max_tokens":7,"retrieval":{"mode":"never","top_k":2}}"#
        // curl -d calls JSON a form; what counts is what it is.
        let answer = try await fixture.transport().post(Self.path, body, [.contentType: "application/x-www-form-urlencoded"])
        #expect(try answer.json()["model"] as? String == "gpt-4o-mini")
        let (request, model) = try #require(seen.withLock { $0 })
        #expect(model == "outcrop-extractive")
        #expect(request.messages == [Message(role: .system, text: "Be brief."), Message(role: .user, text: "Hi")])
        #expect(request.options.maxTokens == 7)
        #expect(request.retrieval.mode == .never && request.retrieval.topK == 2)
    }

    @Test(arguments: [false, true])
    func `a failure before the first event has its true status`(isStreaming: Bool) async throws {
        var fixture = try Fixture()
        fixture.answer = { _, _ in
            Fixture.events([], then: OutcropFailure(.rateLimited, code: "throttled", "The model is busy.", retryAfterSeconds: 7))
        }
        let answer = try await fixture.transport().post(Self.path, "{\(Self.question),\"stream\":\(isStreaming)}")
        #expect(answer.status == 429)
        #expect(answer.field("retry-after") == "7")
        #expect(answer.field("content-type") == "application/json")
        #expect(try answer.error("code") == "throttled")
    }

    @Test(arguments: Transport.Kind.allCases)
    func `a failure in the middle is told and cuts the stream without an end`(kind: Transport.Kind) async throws {
        var fixture = try Fixture()
        fixture.answer = { _, _ in
            Fixture.events([.text("Rivers ")], then: OutcropFailure(.unavailable, code: "upstream", "The model went away."))
        }
        let answer = try await fixture.transport(kind).post(Self.path, "{\(Self.question),\"stream\":true}")
        #expect(answer.status == 200)
        #expect(answer.isCut)
        #expect(!answer.text.contains("[DONE]"))
        #expect(
            answer.text.hasSuffix(
                "data: {\"error\":{\"message\":\"The model went away.\",\"type\":\"server_error\",\"param\":null,\"code\":\"upstream\"}}\n\n"
            ))
    }

    @Test func `a failure in the middle stands in the log once`() async throws {
        struct Broken: Error {}
        var fixture = try Fixture()
        fixture.answer = { _, _ in Fixture.events([.text("Rivers ")], then: Broken()) }
        let answer = try await fixture.transport(.socket).post(Self.path, "{\(Self.question),\"stream\":true}")
        #expect(answer.isCut)
        #expect(fixture.logged.lines.filter { $0.contains("Broken") }.count == 1)
        #expect(fixture.logged.lines.filter { $0.hasPrefix("error") }.count == 1)
    }

    @Test func `a failure in the middle of a whole answer is a failure`() async throws {
        var fixture = try Fixture()
        fixture.answer = { _, _ in Fixture.events([.text("Rivers ")], then: OutcropFailure(.unavailable, "The model went away."))
        }
        let answer = try await fixture.transport().post(Self.path, "{\(Self.question)}")
        #expect(answer.status == 503)
    }

    @Test(arguments: [[], [AnswerEvent.text("Rivers ")], [.text("Rivers "), .citations([])]])
    func `an answer that just ends is no answer`(events: [AnswerEvent]) async throws {
        var fixture = try Fixture()
        fixture.answer = { _, _ in Fixture.events(events) }
        let whole = try await fixture.transport().post(Self.path, "{\(Self.question)}")
        #expect(whole.status == 500)
        #expect(try whole.error("code") == "answer_cut_short")
        let streamed = try await fixture.transport().post(Self.path, "{\(Self.question),\"stream\":true}")
        #expect(streamed.status == (events.isEmpty ? 500 : 200))
        #expect(streamed.isCut == !events.isEmpty)
        #expect(!streamed.text.contains("[DONE]"))
    }

    @Test func `an endless answer that is not streamed is stopped at its limit`() async throws {
        var fixture = try Fixture()
        fixture.settings.answerBytesMax = 1_000
        fixture.answer = { _, _ in AsyncThrowingStream { .text("more and more ") } }
        let answer = try await fixture.transport().post(Self.path, "{\(Self.question)}")
        #expect(answer.status == 500)
        #expect(try answer.error("message").contains("1000 bytes"))
    }

    @Test func `comments keep a silent stream alive, before the first event and between events`() async throws {
        var fixture = try Fixture()
        let (events, source) = AsyncThrowingStream<AnswerEvent, any Error>.makeStream()
        fixture.answer = { _, _ in events }
        let clock = fixture.clock
        let handler = try fixture.application().handler()
        let request = try Transport.request(
            .post, Self.path, [:], pieces: [Array("{\(Self.question),\"stream\":true}".utf8)])
        let ticking = Task {
            while !Task.isCancelled {
                clock.pass(15)
                await Task.yield()
            }
        }
        // Nothing has been answered yet, and still the head goes out with the first sign of life.
        let response = try await handler(request)
        guard case .stream(_, let write) = response.body else { throw OutcropFailure(.internal, "no stream") }
        #expect(response.headerFields[.serverTiming] == nil)
        let comments = Atomic(0)
        let writer = CollectingWriter { text in
            guard text.contains("keepalive") else { return }
            switch comments.wrappingAdd(1, ordering: .relaxed).newValue {
            // The first comments stand before the first event, the others between it and the end.
            case 2: for event in Fixture.cited.prefix(3) { source.yield(event) }
            case 4: for event in [AnswerEvent.citations([]), Fixture.finished] { source.yield(event) }
            default: break
            }
        }
        try await write(writer)
        ticking.cancel()
        let text = String(decoding: writer.bytes, as: UTF8.self)
        let comment = ": keepalive\n\n"
        let parts = text.components(separatedBy: comment)
        #expect(parts.count >= 5)
        #expect(parts[0].contains("\"role\":\"assistant\"") && !parts[0].contains("Rivers"))
        #expect(parts.dropFirst(2).first { !$0.isEmpty }?.contains("Rivers ") == true)
        #expect(text.hasSuffix("data: [DONE]\n\n"))
    }

    @Test func `a failure after the first sign of life is told in the stream`() async throws {
        var fixture = try Fixture()
        let (events, source) = AsyncThrowingStream<AnswerEvent, any Error>.makeStream()
        fixture.answer = { _, _ in events }
        let clock = fixture.clock
        let ticking = Task {
            while !Task.isCancelled {
                clock.pass(15)
                await Task.yield()
            }
        }
        let response = try await fixture.application().handler()(
            Transport.request(.post, Self.path, [:], pieces: [Array("{\(Self.question),\"stream\":true}".utf8)]))
        ticking.cancel()
        guard case .stream(_, let write) = response.body else { throw OutcropFailure(.internal, "no stream") }
        source.finish(throwing: OutcropFailure(.rateLimited, code: "throttled", "The model is busy."))
        let writer = CollectingWriter()
        await #expect(throws: ResponseCut.self) { try await write(writer) }
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(text.contains(": keepalive\n\n") && text.contains("\"throttled\"") && !text.contains("[DONE]"))
        #expect(fixture.logged.answers.count == 1 && fixture.logged.answers[0]["outcome"] == "failed")
        #expect(fixture.logged.answers.first?["error"] == "throttled")
    }

    @Test func `what is there together goes out in one write`() async throws {
        var fixture = try Fixture()
        fixture.answer = { _, _ in
            Fixture.events(
                Array(Fixture.cited.prefix(2)) + [.text(TextPieces(["Rivers ", "flow "])), .text("[1].")]
                    + Fixture.cited.suffix(2))
        }
        let response = try await fixture.application().handler()(
            Transport.request(.post, Self.path, [:], pieces: [Array("{\(Self.question),\"stream\":true}".utf8)]))
        guard case .stream(nil, let write) = response.body else { throw OutcropFailure(.internal, "no stream") }
        let writer = CollectingWriter()
        try await write(writer)
        let frames = writer.writes.map { String(decoding: $0, as: UTF8.self).components(separatedBy: "\n\n").dropLast() }
        #expect(frames.map(\.count) == [3, 1, 3], "role and a batch of two pieces; a piece; citations, finish and the end")
        for frame in frames.joined() { #expect(frame.hasPrefix("data: ")) }
    }

    @Test func `what an answer used counts against its key`() async throws {
        var fixture = try Fixture()
        fixture.settings.rateLimit.tokensPerMinute = 40
        let transport = try fixture.transport()
        let first = try await transport.post(Self.path, "{\(Self.question)}")
        #expect(first.field("x-ratelimit-remaining-tokens") == "40")
        let second = try await transport.post(Self.path, "{\(Self.question),\"stream\":true}")
        #expect(second.field("x-ratelimit-remaining-tokens") == "15", "25 tokens of 40 are used")
        let third = try await transport.post(Self.path, "{\(Self.question)}")
        #expect(third.status == 429)
        #expect(third.field("retry-after") == "17", "11 tokens at 40 a minute")
        fixture.clock.advance(17)
        #expect(try await transport.post(Self.path, "{\(Self.question)}").status == 200)
    }
}

extension Fixture {
    static let finished = AnswerEvent.finished(
        .stop, Usage(promptTokens: 1, completionTokens: 1), AnswerTimings(totalMilliseconds: 1))
}
