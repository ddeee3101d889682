import RAG
import Testing

@testable import OpenAIAPI

/// Swift's `String` compares by canonical equivalence, in the square of a run of combining marks: nothing here may rely on it.
struct HostileTextTests {
    /// Alternating marks of two combining classes: normalising them means sorting them.
    private static let marks = String(repeating: "\u{301}\u{323}", count: 250_000)

    private func decode(_ body: String) throws -> ChatCompletionRequest {
        try RequestDecoder.decode(ChatCompletionRequest.self, from: Array(body.utf8))
    }

    private static func chat(_ members: String, message: String = #"{"role":"user","content":"hi"}"#) -> String {
        #"{"model":"m","messages":[\#(message)],\#(members)}"#
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            chat(#""a\#(marks)":1,"a\#(marks)":2"#), chat(#""metadata":{"b":1}, "stop":"a\#(marks)""#),
            chat(#""user":"a\#(marks)""#),
        ])
    func `takes megabytes of combining marks at once`(body: String) throws {
        #expect(try decode(body).messages.count == 1)
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            chat(#""n":1"#, message: #"{"role":"user\#(marks)","content":"hi"}"#),
            chat(#""n":1"#, message: #"{"role":"user","content":[{"type":"a\#(marks)","text":"hi"}]}"#),
            chat(#""tool_choice":"a\#(marks)""#), chat(#""modalities":["a\#(marks)"]"#),
            chat(#""metadata":{"a\#(marks)":1,"a\#(marks)b":1}"#), chat(#""metadata":{"k":"a\#(marks)"}"#),
            chat(#""retrieval":{"mode":"a\#(marks)"}"#),
            chat(#""retrieval":{"filter":{"type":"eq","key":"k","value":"a\#(marks)"}}"#),
            chat(#""retrieval":{"filter":{"type":"eq","key":"a\#(marks)","value":1}}"#),
        ])
    func `refuses megabytes of combining marks at once and echoes little of them`(body: String) throws {
        let failure = try #require(throws: OutcropFailure.self) { try decode(body) }
        #expect(failure.message.utf8.count < 1_000)
    }

    @Test func `echoes little of a page's limit`() throws {
        let failure = try #require(throws: OutcropFailure.self) { try PageQuery(limit: "a" + Self.marks, after: nil) }
        #expect(failure.message.utf8.count < 1_000)
    }
}
