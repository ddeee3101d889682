import Foundation
import RAG
import Testing

@testable import OpenAIAPI

struct ChatStreamEncoderTests {
    private static let head = #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m\"x","#
    private let encoder = ChatStreamEncoder(id: "chatcmpl-1", created: 1_700_000_000, model: "m\"x", includesUsage: false)
    private let withUsage = ChatStreamEncoder(id: "chatcmpl-1", created: 1_700_000_000, model: "m\"x", includesUsage: true)

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `the first chunk says who speaks`() {
        let delta = #"{"role":"assistant","content":"","refusal":null}"#
        let expected = Self.head + #""choices":[{"index":0,"delta":\#(delta),"logprobs":null,"finish_reason":null}]"#
        #expect(text(encoder.roleChunk()) == expected + "}")
        #expect(text(withUsage.roleChunk()) == expected + #","usage":null}"#)
    }

    @Test func `a piece of text is one escaped chunk`() {
        let expected =
            Self.head
            + #""choices":[{"index":0,"delta":{"content":"a\"\n\u2028é"},"logprobs":null,"finish_reason":null}]"#
        #expect(text(encoder.text("a\"\n\u{2028}é")) == expected + "}")
        #expect(text(withUsage.text("a\"\n\u{2028}é")) == expected + #","usage":null}"#)
    }

    @Test(arguments: [
        (FinishReason.stop, "stop"), (.length, "length"), (.contentFilter, "content_filter"), (.toolCalls, "tool_calls"),
    ])
    func `the finish chunk has an empty delta and the reason`(reason: FinishReason, name: String) {
        let expected = Self.head + #""choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"\#(name)"}]"#
        #expect(text(encoder.finish(reason)) == expected + "}")
        #expect(text(withUsage.finish(reason)) == expected + #","usage":null}"#)
    }

    @Test func `the usage chunk has no choices`() {
        let usage =
            #"{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"#
            + #""prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"#
            + #""audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}"#
        #expect(
            text(withUsage.usage(Usage(promptTokens: 3, completionTokens: 4))) == Self.head + #""choices":[],"usage":\#(usage)}"#)
    }

    @Test func `the citations chunk serves typed clients and ours`() {
        let annotation =
            #"{"type":"url_citation","url_citation":{"url":"/v1/documents/doc_a/content","title":"a b.pdf","start_index":5,"end_index":8}}"#
        let unmarked =
            #"{"type":"url_citation","url_citation":{"url":"/v1/documents/doc_b/content","title":"c.md","start_index":0,"end_index":0}}"#
        let first =
            #"{"number":1,"document_id":"doc_a","filename":"a b.pdf","page":3,"excerpt":"the \"words\"","score":0.75,"#
            + #""range":{"start":10,"end":21},"url":"/v1/documents/doc_a/content","markers":[{"start":5,"end":8}]}"#
        let second =
            #"{"number":2,"document_id":"doc_b","filename":"c.md","page":null,"excerpt":"x","score":0.5,"#
            + #""range":{"start":0,"end":1},"url":"/v1/documents/doc_b/content","markers":[]}"#
        let expected =
            Self.head
            + #""choices":[{"index":0,"delta":{"annotations":[\#(annotation),\#(unmarked)]},"logprobs":null,"finish_reason":null}],"#
            + #""type":"citations","citations":[\#(first),\#(second)]"#
        #expect(text(encoder.citations(Citation.samples, linkFor: Citation.link)) == expected + "}")
        #expect(text(withUsage.citations(Citation.samples, linkFor: Citation.link)) == expected + #","usage":null}"#)
    }

    @Test func `no citations is still one valid chunk`() {
        let expected =
            Self.head + #""choices":[{"index":0,"delta":{"annotations":[]},"logprobs":null,"finish_reason":null}],"#
            + #""type":"citations","citations":[]}"#
        #expect(text(encoder.citations([], linkFor: Citation.link)) == expected)
    }

    @Test func `the end and a failure are frames of their own`() {
        #expect(text(ChatStreamEncoder.done) == "[DONE]")
        let failure = OutcropFailure(.rateLimited, "Slow down.", retryAfterSeconds: 3)
        #expect(
            text(ChatStreamEncoder.error(ErrorEnvelope(failure)))
                == #"{"error":{"message":"Slow down.","type":"rate_limit_exceeded","param":null,"code":"rate_limit_exceeded"}}"#)
    }

    @Test func `random pieces come back as they were`() throws {
        struct Chunk: Decodable {
            struct Choice: Decodable { var delta: [String: String] }
            var choices: [Choice]
        }
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(state: seed)
        for _ in 0..<200 {
            let scalars = (0..<Int.random(in: 1..<30, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...0x2FFF, using: &random))
            }
            let piece = String(String.UnicodeScalarView(scalars))
            let chunk = try JSONDecoder().decode(Chunk.self, from: Data(withUsage.text(piece)))
            #expect(chunk.choices.first?.delta["content"]?.unicodeScalars.elementsEqual(scalars) == true, "seed \(seed)")
        }
    }
}

extension Citation {
    /// One with a marker and a page, one without either.
    static let samples = [
        Citation(
            number: 1, documentID: "doc_a", filename: "a b.pdf", page: 3, excerpt: "the \"words\"", range: 10..<21, score: 0.75,
            markers: [5..<8]),
        Citation(
            number: 2, documentID: "doc_b", filename: "c.md", page: nil, excerpt: "x", range: 0..<1, score: 0.5, markers: []),
    ]

    static func link(_ citation: Citation) -> String { "/v1/documents/\(citation.documentID)/content" }
}
