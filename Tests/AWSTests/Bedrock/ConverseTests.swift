import Foundation
import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

struct ConverseTests {
    private let request = ConverseRequest(messages: [ConverseMessage(role: .user, content: [.text("Hi \"there\"\n\u{1}")])])

    @Test func `answers a whole message`() async throws {
        let answer = #"""
            {"output":{"message":{"role":"assistant","content":[{"text":"Hello"},{"somethingNew":{"a":1}}]}},
             "stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5,"cacheReadInputTokens":1},
             "metrics":{"latencyMs":12},"extra":null}
            """#
        let transport = ScriptedTransport([.json(200, answer)])
        let response = try await BedrockRuntime(.scripted(transport)).converse(request, modelID: "us.amazon.nova-lite-v1:0")
        #expect(response.message.content == [.text("Hello"), .unknown("somethingNew")])
        #expect(response.stopReason == .endTurn)
        #expect(response.usage == TokenUsage(inputTokens: 3, outputTokens: 2, totalTokens: 5, cacheReadInputTokens: 1))
        let sent = try #require(transport.requests.first)
        #expect(sent.url == "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.amazon.nova-lite-v1%3A0/converse")
        #expect(sent.method == .post)
        #expect(sent.headerFields[.contentType] == "application/json")
        #expect(sent.headerFields[.authorization]?.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") == true)
        #expect(
            String(decoding: sent.body, as: UTF8.self)
                == #"{"messages":[{"content":[{"text":"Hi \"there\"\n\u0001"}],"role":"user"}]}"#)
    }

    @Test func `an answer that is not the model's is malformed`() async throws {
        for answer in ["", "{", "[]", "null", #"{"output":{}}"#, #"{"output":{"message":{"role":"robot","content":[]}}}"#] {
            let runtime = BedrockRuntime(.scripted(ScriptedTransport([.json(200, answer)])))
            let error = await #expect(throws: AWSError.self) { try await runtime.converse(request, modelID: "m") }
            #expect(error?.code == .malformedResponse, "\(answer)")
            #expect(error?.operation == "bedrock-runtime Converse")
        }
    }
}
