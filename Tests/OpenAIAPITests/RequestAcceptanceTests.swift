import RAG
import Testing

@testable import OpenAIAPI

struct RequestAcceptanceTests {
    private func chat(
        _ members: String = "", messages: String = #"{"role":"user","content":"hi"}"#
    ) throws -> ChatCompletionRequest {
        let tail = members.isEmpty ? "" : ",\(members)"
        return try RequestDecoder.decode(
            ChatCompletionRequest.self, from: Array(#"{"model":"m","messages":[\#(messages)]\#(tail)}"#.utf8))
    }

    @Test func `takes the smallest request with every default`() throws {
        let request = try chat()
        #expect(request.model == "m")
        #expect(request.messages == [Message(role: .user, text: "hi")])
        #expect(!request.isStreaming && !request.includesUsage && !request.requestsTools)
        #expect(request.options == GenerationOptions())
        #expect(request.retrieval == RetrievalOptions())
        #expect(request.structuredFormat == nil && request.user == nil && request.metadata.isEmpty)
        #expect(try request.answerRequest().messages == request.messages)
        try request.requirePlainText(of: "outcrop-extractive")
    }

    @Test func `takes every field it knows`() throws {
        let request = try chat(
            """
            "stream":true,"stream_options":{"include_usage":true},"max_tokens":7,"max_completion_tokens":9,"temperature":2,"top_p":0.5,
            "n":1,"stop":["a","","b"],"seed":9223372036854775807,"user":"u","metadata":{"team":"x"},"response_format":{"type":"text"},
            "retrieval":{"mode":"always","top_k":50,"min_score":0.25,"filter":{"type":"eq","key":"year","value":2024}}
            """)
        #expect(request.isStreaming && request.includesUsage)
        #expect(
            request.options
                == GenerationOptions(maxTokens: 9, temperature: 2, topP: 0.5, stop: ["a", "b"], seed: 9_223_372_036_854_775_807))
        let filter = MetadataFilter.compare(key: "year", .eq, .number(2024))
        #expect(request.retrieval == RetrievalOptions(mode: .always, topK: 50, minScore: 0.25, filter: filter))
        #expect(request.user == "u" && request.metadata == ["team": .string("x")])
        let answer = try request.answerRequest()
        #expect(answer.options == request.options && answer.retrieval == request.retrieval)
    }

    @Test func `takes null for absent everywhere`() throws {
        let names = [
            "stream", "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "n", "stop", "seed",
            "user",
            "metadata", "response_format", "retrieval", "tools", "tool_choice", "functions", "function_call", "logprobs",
            "logit_bias", "modalities",
        ]
        let request = try chat(names.map { "\"\($0)\":null" }.joined(separator: ","))
        #expect(request.options == GenerationOptions() && request.retrieval == RetrievalOptions() && !request.requestsTools)
    }

    @Test func `ignores unknown fields and what changes nothing`() throws {
        let request = try chat(
            #""frobnicate":{"deep":[1,{"x":null}]},"logprobs":false,"logit_bias":{},"store":true,"service_tier":"auto","modalities":["text"]"#
        )
        #expect(request.messages.count == 1)
    }

    @Test func `counts 3.0 as an integer`() throws {
        #expect(try chat(#""max_tokens":3.0"#).options.maxTokens == 3)
    }

    @Test func `holds enormous integers within bounds`() throws {
        let request = try chat(#""max_tokens":1e300,"seed":-1e300"#)
        #expect(request.options.maxTokens == 1_000_000_000 && request.options.seed == Int.min)
    }

    @Test(arguments: [(#""""#, []), (#""x""#, ["x"]), ("null", []), (#"["",""]"#, []), ("[]", [])] as [(String, [String])])
    func `takes stop in every form`(stop: String, expected: [String]) throws {
        #expect(try chat("\"stop\":\(stop)").options.stop == expected)
    }

    @Test func `takes every role and joins content parts with a newline`() throws {
        let request = try chat(
            messages: """
                {"role":"system","content":"s"},{"role":"developer","content":[{"type":"text","text":"d"}]},
                {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
                {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":""}}]},
                {"role":"tool","tool_call_id":"c","content":"t"},{"role":"function","name":"f","content":"g"},
                {"role":"assistant","refusal":"no"},{"role":"assistant","content":[{"type":"refusal","refusal":"never"}]},
                {"role":"user","content":[]},{"role":"user","content":""}
                """)
        #expect(
            request.messages == [
                Message(role: .system, text: "s"), Message(role: .developer, text: "d"), Message(role: .user, text: "a\nb"),
                Message(role: .assistant, text: ""), Message(role: .tool, text: "t"), Message(role: .tool, text: "g"),
                Message(role: .assistant, text: "no"), Message(role: .assistant, text: "never"), Message(role: .user, text: ""),
                Message(role: .user, text: ""),
            ])
    }

    @Test(arguments: [
        (#""tools":[{"type":"function","function":{"name":"f"}}]"#, true), (#""functions":[{"name":"f"}]"#, true),
        (#""tools":[{}],"tool_choice":"none""#, false), (#""functions":[{}],"function_call":"none""#, false),
        (#""tools":[]"#, false),
        (#""tool_choice":"auto""#, false), (#""tools":[{}],"tool_choice":{"type":"function","function":{"name":"f"}}"#, true),
    ])
    func `knows whether tools are wanted`(members: String, expected: Bool) throws {
        #expect(try chat(members).requestsTools == expected)
    }

    @Test func `says what no model does here`() throws {
        let tools = try #require(throws: OutcropFailure.self) {
            try chat(#""tools":[{}]"#).requirePlainText(of: "outcrop-extractive")
        }
        #expect(tools.kind == .invalidRequest && tools.parameter == "tools" && tools.code == "unsupported_value")
        #expect(tools.message.contains("outcrop-extractive") && tools.message.contains("'tool_choice'"))
        let format = try #require(throws: OutcropFailure.self) {
            try chat(#""response_format":{"type":"json_object"}"#).requirePlainText(of: "outcrop-extractive")
        }
        #expect(format.parameter == "response_format" && format.message.contains("json_object"))
    }

    @Test func `takes embeddings in both forms`() throws {
        let one = try RequestDecoder.decode(EmbeddingsRequest.self, from: Array(#"{"model":"m","input":"x"}"#.utf8))
        #expect(one.input == ["x"] && one.encodingFormat == .float && one.dimensions == nil)
        let many = #"{"model":"m","input":["x","y"],"encoding_format":"base64","dimensions":384,"user":"u"}"#
        let two = try RequestDecoder.decode(EmbeddingsRequest.self, from: Array(many.utf8))
        #expect(two.input == ["x", "y"] && two.encodingFormat == .base64 && two.dimensions == 384 && two.user == "u")
    }

    @Test func `takes an upload with Unicode in its name and typed metadata`() throws {
        let body = """
            {"filename":"Bericht Süd 报告 🙂..pdf","content_type":"text/plain; charset=utf-8","bytes":10,
            "metadata":{"year":2024,"final":true,"tags":["a","b"],"team":"x","gone":null}}
            """
        let request = try RequestDecoder.decode(DocumentUploadRequest.self, from: Array(body.utf8))
        #expect(
            request.filename == "Bericht Süd 报告 🙂..pdf" && request.contentType == "text/plain; charset=utf-8"
                && request.byteCount == 10)
        #expect(
            request.metadata == [
                "year": .number(2024), "final": .bool(true), "tags": .array([.string("a"), .string("b")]), "team": .string("x"),
            ])
    }

    @Test func `takes a search in both forms`() throws {
        let one = try RequestDecoder.decode(SearchRequest.self, from: Array(#"{"query":"q"}"#.utf8))
        #expect(one.retrievalQuery() == RetrievalQuery(texts: ["q"], topK: 10))
        let body = """
            {"query":["q","r"],"max_num_results":50,"ranking_options":{"ranker":"auto","score_threshold":0.5},"rewrite_query":true,
            "filters":{"type":"or","filters":[{"type":"in","key":"k","value":["a",2]},{"type":"gte","key":"year","value":2020}]}}
            """
        let filter = MetadataFilter.or([
            .compare(key: "k", .in, .array([.string("a"), .number(2)])), .compare(key: "year", .gte, .number(2020)),
        ])
        let two = try RequestDecoder.decode(SearchRequest.self, from: Array(body.utf8))
        #expect(two.retrievalQuery() == RetrievalQuery(texts: ["q", "r"], topK: 50, minScore: 0.5, filter: filter))
    }

    @Test(arguments: [("", false), ("{}", false), (#"{"rebuild":null}"#, false), (#"{"rebuild":true}"#, true)])
    func `takes a sync with and without a body`(body: String, rebuild: Bool) throws {
        #expect(try RequestDecoder.decode(SyncRequest.self, from: Array(body.utf8)).rebuild == rebuild)
    }

    @Test func `takes pages within their limits`() throws {
        let defaults = try PageQuery(limit: nil, after: nil)
        #expect(defaults.limit == 100 && defaults.after == nil)
        let page = try PageQuery(limit: "1000", after: "doc_1")
        #expect(page.limit == 1_000 && page.after == "doc_1")
        for (limit, after, parameter) in [
            ("0", nil, "limit"), ("1001", nil, "limit"), ("x", nil, "limit"), ("", nil, "limit"), ("1", "", "after"),
        ]
            as [(String, String?, String)]
        {
            let failure = try #require(throws: OutcropFailure.self) { try PageQuery(limit: limit, after: after) }
            #expect(failure.parameter == parameter && failure.kind == .invalidRequest)
        }
    }
}
