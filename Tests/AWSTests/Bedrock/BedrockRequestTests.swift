import Foundation
import HTTPClient
import Testing

@testable import AWS

/// Our requests against those that botocore makes of the same inputs (make_bedrock_requests.py).
struct BedrockRequestTests {
    struct Sample: Decodable {
        var name: String
        var service: String
        var operation: String
        var method: String
        var path: String
        var query: [String: String]
        var body: String
    }

    private static func samples() throws -> [Sample] { try Fixture.decode([Sample].self, from: "bedrock-requests.json") }

    @Test func `requests are what botocore sends`() async throws {
        let samples = try Self.samples()
        #expect(samples.map(\.name).sorted() == Self.calls.keys.sorted())
        for sample in samples {
            let call = try #require(Self.calls[sample.name])
            let request = try await Self.request(of: call, sample.name)
            #expect(request.method.rawValue == sample.method, "\(sample.name)")
            let url = try #require(URLComponents(string: request.url))
            #expect(url.host == "\(sample.service).us-east-1.amazonaws.com")
            #expect(url.percentEncodedPath == sample.path, "\(sample.name)")
            let query = Dictionary(uniqueKeysWithValues: (url.queryItems ?? []).map { ($0.name, $0.value ?? "") })
            #expect(query == sample.query, "\(sample.name)")
            if sample.body.isEmpty {
                #expect(request.body.isEmpty, "\(sample.name)")
            } else {
                #expect(try Self.value(request.body) == Self.value(Array(sample.body.utf8)), "\(sample.name)")
            }
        }
    }

    @Test func `equal requests are equal bytes, members sorted by name`() async throws {
        for (name, call) in Self.calls where name != "invoke model" {
            let body = try await Self.request(of: call, name).body
            if body.isEmpty { continue }
            let object = try JSONSerialization.jsonObject(with: Data(body))
            let sorted = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
            // Foundation orders names as people do, which is the same for the ASCII letters of one case.
            #expect(body.count == sorted.count, "\(name)")
            #expect(try await Self.request(of: call, name).body == body)
        }
        let document = JSONDocument.object(["b": 1, "a": .array([.null, true]), "ä": 0.5, "B": "x"])
        #expect(String(decoding: document.json, as: UTF8.self) == #"{"B":"x","a":[null,true],"b":1,"ä":0.5}"#)
    }

    @Test func `a Converse body survives decoding and every encoder`() throws {
        for sample in try Self.samples() where sample.operation == "Converse" {
            let request = try JSONDecoder().decode(ConverseRequest.self, from: Data(sample.body.utf8))
            #expect(try JSONDecoder().decode(ConverseRequest.self, from: Data(request.json)) == request)
            #expect(try Self.value(request.json) == Self.value(Array(sample.body.utf8)))
            let encoded = try JSONEncoder().encode(request)
            #expect(try JSONDecoder().decode(ConverseRequest.self, from: encoded) == request)
        }
    }

    @Test func `blocks that were not understood are not sent`() {
        let result = ContentBlock.toolResult(id: "t", content: [.unknown("video"), .text("a")], status: nil)
        let message = ConverseMessage(role: .user, content: [.unknown("audio"), result])
        #expect(
            String(decoding: message.json, as: UTF8.self)
                == #"{"content":[{"toolResult":{"content":[{"text":"a"}],"toolUseId":"t"}}],"role":"user"}"#)
    }

    private static func value(_ json: [UInt8]) throws -> JSONDocument {
        try JSONDecoder().decode(JSONDocument.self, from: Data(json))
    }

    /// What goes out first.
    private static func request(of call: Call, _ name: String) async throws -> ClientRequest {
        let transport = ScriptedTransport([])
        let client = AWSClient.scripted(transport)
        await #expect(throws: (any Error).self, "\(name)") { try await call(client) }
        return try #require(transport.requests.first, "\(name)")
    }
}

// The inputs of make_bedrock_requests.py.
extension BedrockRequestTests {
    typealias Call = @Sendable (AWSClient) async throws -> Void

    static let arn = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3d4e5f6"
    static let text = "Grüße, 日本 \"quoted\" \\ back\nline\ttab \u{1} \u{2028} 😀 </script>"
    static let user = ConverseMessage(role: .user, content: [.text(text)])

    static let schema: JSONDocument = [
        "type": "object", "required": ["city"],
        "properties": ["city": ["type": "string"], "days": ["type": "integer", "minimum": 1]],
    ]
    static let tools = [
        ToolConfiguration.Tool(name: "weather", description: "The weather", inputSchema: schema),
        ToolConfiguration.Tool(name: "bare", description: nil, inputSchema: ["type": "object"]),
    ]

    static func full() -> ConverseRequest {
        let input: JSONDocument = ["city": "Bern", "days": 3, "detail": [true, .null, 0.25, [:]]]
        let result: [ToolResultContent] = [
            .text("no"), .json(["code": 5]), .image(format: "jpeg", bytes: [0xFF, 0xD8]),
        ]
        var request = ConverseRequest(messages: [
            ConverseMessage(
                role: .user,
                content: [
                    .text(text), .image(format: "png", bytes: Array(0...255)),
                    .document(format: "pdf", name: "Report", bytes: Array("%PDF-1.7".utf8)), .cachePoint,
                ]),
            ConverseMessage(
                role: .assistant,
                content: [
                    .reasoning(text: "Hm.", signature: "c2ln"), .redactedReasoning([0, 255]), .text("Let me look."),
                    .toolUse(id: "tool_1", name: "weather", input: input),
                ]),
            ConverseMessage(role: .user, content: [.toolResult(id: "tool_1", content: result, status: .error)]),
        ])
        request.system = [.text("Be kind."), .cachePoint]
        request.inferenceConfig = InferenceConfiguration(
            maxTokens: 4096, temperature: 0.5, topP: 0.9, stopSequences: ["\n\nHuman:", "END"])
        request.toolConfig = ToolConfiguration(tools: tools, toolChoice: .tool("weather"))
        request.guardrailConfig = GuardrailConfiguration(guardrailIdentifier: "gr1", guardrailVersion: "DRAFT")
        request.guardrailConfig?.trace = "enabled"
        request.additionalModelRequestFields = ["thinking": ["type": "enabled", "budget_tokens": 1024], "top_k": 50]
        request.outputConfig = OutputConfiguration(schema: schemaText, name: "weather", description: "Where")
        request.requestMetadata = ["team": "docs", "b": "2"]
        return request
    }

    /// As Python writes it.
    static let schemaText = #"""
        {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}}, "required": ["city"]}
        """#

    static func choice(_ choice: ToolConfiguration.Choice) -> ConverseRequest {
        var request = ConverseRequest(messages: [user])
        request.toolConfig = ToolConfiguration(tools: tools, toolChoice: choice)
        return request
    }

    static func converse(_ request: ConverseRequest, _ modelID: String) -> Call {
        { _ = try await BedrockRuntime($0).converse(request, modelID: modelID) }
    }

    static let calls = runtimeCalls.merging(controlCalls) { $1 }.merging(agentCalls) { $1 }

    static let runtimeCalls: [String: Call] = [
        "converse": converse(ConverseRequest(messages: [user]), "us.amazon.nova-lite-v1:0"),
        "converse, everything": converse(full(), arn),
        "converse, any tool": converse(choice(.any), "m"),
        "converse, auto tool": converse(choice(.auto), "m"),
        "converse stream": { client in
            var request = ConverseRequest(messages: [user])
            request.guardrailConfig = GuardrailConfiguration(guardrailIdentifier: "gr1", guardrailVersion: "1")
            request.guardrailConfig?.streamProcessingMode = "async"
            _ = try await BedrockRuntime(client).converseStream(request, modelID: arn)
        },
        "invoke model": { client in
            let body = Array(#"{"inputText":"hi","dimensions":256}"#.utf8)
            _ = try await BedrockRuntime(client).invokeModel(body, modelID: "amazon.titan-embed-text-v2:0")
        },
        "count tokens": { client in
            _ = try await BedrockRuntime(client).countTokens(full(), modelID: "anthropic.claude-sonnet-4-v1:0")
        },
        "apply guardrail": { client in
            let guardrail = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc"
            _ = try await BedrockRuntime(client).applyGuardrail(guardrail, version: "1", to: [text, "two"], source: .output)
        },
    ]

    static let controlCalls: [String: Call] = [
        "list foundation models": { _ = try await BedrockControl($0).listFoundationModels() },
        "list inference profiles": { _ = try await BedrockControl($0).listInferenceProfiles() },
        "list inference profiles, type": { _ = try await BedrockControl($0).listInferenceProfiles(type: "APPLICATION") },
        "list inference profiles, next page": { client in
            // Behind a page that names it.
            let pages = ScriptedTransport([.json(200, #"{"inferenceProfileSummaries":[],"nextToken":"a+b/c=&%"}"#)])
            await #expect(throws: AWSError.self) {
                try await BedrockControl(.scripted(pages)).listInferenceProfiles(type: "SYSTEM_DEFINED")
            }
            _ = try await client.transport.send(try #require(pages.requests.last))
        },
        "get inference profile": { _ = try await BedrockControl($0).getInferenceProfile(arn) },
    ]

    static let agentCalls: [String: Call] = [
        "retrieve": { _ = try await BedrockAgentRuntime($0).retrieve(text, knowledgeBaseID: "KB12345678", resultsMax: 7) },
        "retrieve, filter": { client in
            let filter: JSONDocument = [
                "andAll": [
                    ["equals": ["key": "team", "value": "docs"]], ["in": ["key": "year", "value": [2024, 2025]]],
                    ["greaterThan": ["key": "score", "value": 0.5]],
                ]
            ]
            _ = try await BedrockAgentRuntime(client).retrieve(
                "q", knowledgeBaseID: "KB12345678", resultsMax: 1_000, filter: filter)
        },
        "rerank": { client in
            _ = try await BedrockAgentRuntime(client).rerank(
                text, sources: ["one", "two", text],
                modelARN: "arn:aws:bedrock:us-east-1::foundation-model/amazon.rerank-v1:0", resultsMax: 2)
        },
        "start ingestion job": { client in
            _ = try await BedrockAgent(client).startIngestionJob(
                knowledgeBaseID: "KB12345678", dataSourceID: "DS12345678", clientToken: "0123456789-0123456789-0123456789-0",
                description: "nightly")
        },
        "get ingestion job": { client in
            _ = try await BedrockAgent(client).getIngestionJob(
                "JOB1234567", knowledgeBaseID: "KB12345678", dataSourceID: "DS12345678")
        },
        "list ingestion jobs": { client in
            _ = try await BedrockAgent(client).listIngestionJobs(
                knowledgeBaseID: "KB12345678", dataSourceID: "DS12345678", status: "IN_PROGRESS")
        },
    ]
}
