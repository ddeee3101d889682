import Foundation
import HTTP
import HTTPTypes
import RAG
import Synchronization
import Testing

@testable import OutcropServer

@Suite struct AnswerLogTests {
    private static let question = #""model":"outcrop-extractive","messages":[{"role":"user","content":"Do rivers flow?"}]"#
    private static let path = "/v1/chat/completions"

    @Test(arguments: [true, false])
    func `the log has one line about an answer`(isStreaming: Bool) async throws {
        var fixture = try Fixture()
        fixture.settings.modelAliases = ["gpt-4o-mini": "default"]
        let body = #"{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"}],"stream":\#(isStreaming)}"#
        _ = try await fixture.transport(.socket).post(Self.path, body, [.xRequestID: "req-7"])
        // The end of a stream is read before it is logged.
        while fixture.logged.answers.isEmpty { await Task.yield() }
        #expect(
            fixture.logged.answers == [
                [
                    "request-id": "req-7", "model": "outcrop-extractive", "streamed": "\(isStreaming)", "outcome": "finished",
                    "classify-ms": "0.3", "retrieve-ms": "3.0", "rerank-ms": "1.0", "first-token-ms": "4.1", "total-ms": "0.0",
                    "grounding": "grounded", "passages": "2", "notes": "a note", "finish-reason": "stop", "tokens-in": "20",
                    "tokens-out": "5",
                ]
            ])
    }

    struct Ending: Sendable {
        var name: String
        var events: [AnswerEvent]
        var failure: OutcropFailure?
        var logged: [String: String]
    }

    static let endings = [
        Ending(
            name: "refused by the model", events: Array(Fixture.cited.prefix(1)),
            failure: OutcropFailure(.rateLimited, code: "throttled", "The model is busy."),
            logged: ["outcome": "failed", "error": "throttled", "retrieve-ms": "3.0", "passages": "2"]),
        Ending(
            name: "broken in the middle", events: Array(Fixture.cited.prefix(3)),
            failure: OutcropFailure(.badGateway, "Nonsense."),
            logged: ["outcome": "failed", "error": "badGateway", "first-token-ms": "4.1"]),
        Ending(
            name: "without an end", events: Array(Fixture.cited.prefix(4)),
            logged: ["outcome": "failed", "error": "answer_cut_short", "first-token-ms": "4.1"]),
    ]

    @Test(arguments: endings, [true, false])
    func `a failed answer has its line too`(ending: Ending, isStreaming: Bool) async throws {
        var fixture = try Fixture()
        fixture.answer = { _, _ in Fixture.events(ending.events, then: ending.failure) }
        _ = try await fixture.transport().post(Self.path, "{\(Self.question),\"stream\":\(isStreaming)}")
        let line = try #require(fixture.logged.answers.first)
        #expect(fixture.logged.answers.count == 1)
        for (name, value) in ending.logged { #expect(line[name] == value, "\(ending.name): \(name)") }
        #expect(line["tokens-out"] == nil && line["finish-reason"] == nil)
    }

    @Test func `an answer that nobody waits for any more is logged as cancelled`() async throws {
        var fixture = try Fixture()
        fixture.answer = { _, _ in AsyncThrowingStream { $0.yield(.text("a")) } }
        let handler = try fixture.application().handler()
        let request = { try Transport.request(.post, Self.path, [:], pieces: [Array("{\(Self.question),\"stream\":true}".utf8)]) }
        // One whose client goes while it is written, one that is never written.
        do {
            guard case .stream(_, let write) = try await handler(request()).body else {
                throw OutcropFailure(.internal, "no stream")
            }
            await #expect(throws: ServerError.self) {
                try await write(FailingWriter(error: ServerError(.peerGone, "the client has closed the connection")))
            }
        }
        _ = try await handler(request())
        #expect(fixture.logged.answers.map { $0["outcome"] } == ["cancelled", "cancelled"])
        #expect(fixture.logged.answers.allSatisfy { $0["error"] == nil })
    }
}
