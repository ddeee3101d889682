import Foundation
import HTTPClient
import Testing

@testable import AWS

/// Answers in the shapes of the service models, with members that are missing, null or new.
struct BedrockAnswerTests {
    private static func client(_ answers: String...) -> AWSClient {
        .scripted(ScriptedTransport(answers.map { .json(200, $0) }))
    }

    @Test func `foundation models`() async throws {
        let answer = #"""
            {"modelSummaries":[
              {"modelArn":"arn:x","modelId":"amazon.nova-lite-v1:0","modelName":"Nova Lite","providerName":"Amazon",
               "inputModalities":["TEXT","IMAGE"],"outputModalities":["TEXT"],"responseStreamingSupported":true,
               "customizationsSupported":[],"inferenceTypesSupported":["ON_DEMAND"],"modelLifecycle":{"status":"ACTIVE","endOfLifeTime":null}},
              {"modelArn":"arn:y","modelId":"new.model","brandNew":{"a":[1]},"modelName":null}]}
            """#
        let models = try await BedrockControl(Self.client(answer)).listFoundationModels()
        let full = FoundationModel(
            id: "amazon.nova-lite-v1:0", name: "Nova Lite", provider: "Amazon", inputModalities: ["TEXT", "IMAGE"],
            outputModalities: ["TEXT"], inferenceTypes: ["ON_DEMAND"], streams: true, lifecycle: "ACTIVE")
        let bare = FoundationModel(
            id: "new.model", name: nil, provider: nil, inputModalities: [], outputModalities: [], inferenceTypes: [],
            streams: false,
            lifecycle: nil)
        #expect(models == [full, bare])
        #expect(try await BedrockControl(Self.client("{}")).listFoundationModels() == [])
    }

    private static let profile = #"""
        {"inferenceProfileName":"US Nova","inferenceProfileArn":"arn:p","inferenceProfileId":"us.amazon.nova","createdAt":"2024-01-01T00:00:00Z",
         "models":[{"modelArn":"arn:m1"},{},{"modelArn":"arn:m2"}],"status":"ACTIVE","type":"SYSTEM_DEFINED"}
        """#
    private static let parsed = InferenceProfile(
        id: "us.amazon.nova", arn: "arn:p", name: "US Nova", modelARNs: ["arn:m1", "arn:m2"], type: "SYSTEM_DEFINED",
        status: "ACTIVE")

    @Test func `inference profiles, page after page`() async throws {
        let pages = [#""one""#, #""two""#, "null"].map { #"{"inferenceProfileSummaries":[\#(Self.profile)],"nextToken":\#($0)}"# }
        let transport = ScriptedTransport(pages.map { .json(200, $0) })
        let profiles = try await BedrockControl(.scripted(transport)).listInferenceProfiles()
        #expect(profiles == [Self.parsed, Self.parsed, Self.parsed])
        let queries = transport.requests.map { URLComponents(string: $0.url)?.queryItems?.last?.description }
        #expect(queries == ["maxResults=1000", "nextToken=one", "nextToken=two"])
        #expect(try await BedrockControl(Self.client(Self.profile)).getInferenceProfile("x") == Self.parsed)
    }

    @Test(arguments: [(true, 2), (false, Pages.pagesMax)])
    func `a list without end is given up`(isCircle: Bool, pages: Int) async throws {
        let transport = ScriptedTransport(
            (0..<1_000).map { .json(200, #"{"inferenceProfileSummaries":[],"nextToken":"\#(isCircle ? 0 : $0)"}"#) })
        let error = await #expect(throws: AWSError.self) {
            try await BedrockControl(.scripted(transport)).listInferenceProfiles()
        }
        #expect(error?.code == .malformedResponse)
        #expect(transport.requests.count == pages)
    }

    @Test func `retrieved passages of every source`() async throws {
        let answer = #"""
            {"retrievalResults":[
              {"content":{"text":"a","type":"TEXT"},"location":{"type":"S3","s3Location":{"uri":"s3://b/k"}},"score":0.5,
               "metadata":{"x-amz-bedrock-kb-document-page-number":3.0,"tags":["a"],"n":null}},
              {"content":{"text":"b"},"location":{"type":"WEB","webLocation":{"url":"https://e/"}}},
              {"content":{"text":"c"},"location":{"type":"CONFLUENCE","confluenceLocation":{"url":"u1"}}},
              {"content":{"text":"d"},"location":{"type":"SALESFORCE","salesforceLocation":{"url":"u2"}}},
              {"content":{"text":"e"},"location":{"type":"SHAREPOINT","sharePointLocation":{"url":"u3"}}},
              {"content":{"text":"f"},"location":{"type":"KENDRA","kendraDocumentLocation":{"uri":"u4"}}},
              {"content":{"text":"g"},"location":{"type":"CUSTOM","customDocumentLocation":{"id":"u5"}}},
              {"content":{"text":"h"},"location":{"type":"MOON","moonLocation":{"crater":1}}},
              {"content":{"row":[{"columnName":"city","columnValue":"Bern"},{"columnName":"n","type":"LONG","columnValue":"4"}],"type":"ROW"}},
              {"content":{"type":"AUDIO","audio":{"s3Uri":"s3://b/a","transcription":"spoken"}}},
              {"content":{"type":"VIDEO","video":{"s3Uri":"s3://b/v","summary":"seen"}}},
              {"content":{"type":"IMAGE","byteContent":"data:image/png;base64,AA=="}}, {"content":{"text":""}}],
             "nextToken":"more","guardrailAction":"NONE"}
            """#
        let results = try await BedrockAgentRuntime(Self.client(answer)).retrieve("q", knowledgeBaseID: "kb", resultsMax: 5)
        #expect(results.map(\.text) == ["a", "b", "c", "d", "e", "f", "g", "h", "city: Bern\nn: 4", "spoken", "seen"])
        #expect(results.map(\.uri) == ["s3://b/k", "https://e/", "u1", "u2", "u3", "u4", "u5", nil, nil, nil, nil])
        #expect(results[0].score == 0.5)
        #expect(results[0].metadata == ["x-amz-bedrock-kb-document-page-number": 3, "tags": ["a"], "n": .null])
    }

    @Test func `a retrieval asks for 1 to 100 results`() async throws {
        for (asked, sent) in [(-5, 1), (0, 1), (100, 100), (Int.max, 100)] {
            let transport = ScriptedTransport([.json(200, #"{"retrievalResults":[]}"#)])
            _ = try await BedrockAgentRuntime(.scripted(transport)).retrieve("q", knowledgeBaseID: "kb", resultsMax: asked)
            let body = String(decoding: try #require(transport.requests.first).body, as: UTF8.self)
            #expect(body.contains("\"numberOfResults\":\(sent)}"))
        }
    }

    @Test func `reranked sources`() async throws {
        let runtime = BedrockAgentRuntime(
            Self.client(
                #"{"results":[{"index":2,"relevanceScore":0.9,"document":{"type":"TEXT"}}],"nextToken":"n"}"#,
                #"{"results":[{"index":0,"relevanceScore":1}]}"#))
        let results = try await runtime.rerank("q", sources: ["a", "b", "c"], modelARN: "m", resultsMax: 9)
        #expect(results == [RerankResult(index: 2, relevanceScore: 0.9), RerankResult(index: 0, relevanceScore: 1)])
        #expect(try await BedrockAgentRuntime(Self.client()).rerank("q", sources: [], modelARN: "m", resultsMax: 9) == [])
        for index in [-1, 3] {
            let wrong = BedrockAgentRuntime(Self.client(#"{"results":[{"index":\#(index),"relevanceScore":1}]}"#))
            let error = await #expect(throws: AWSError.self) {
                try await wrong.rerank("q", sources: ["a", "b", "c"], modelARN: "m", resultsMax: 9)
            }
            #expect(error?.code == .malformedResponse)
        }
    }

    private static let job = #"""
        {"knowledgeBaseId":"KB","dataSourceId":"DS","ingestionJobId":"JOB","status":"IN_PROGRESS","startedAt":"2024-10-12T10:11:12.5Z",
         "updatedAt":"2024-10-12T10:11:13Z","statistics":{"numberOfDocumentsScanned":4,"numberOfDocumentsFailed":1},"failureReasons":["r"]}
        """#

    @Test func `ingestion jobs`() async throws {
        let agent = BedrockAgent(Self.client(#"{"ingestionJob":\#(Self.job)}"#, #"{"ingestionJob":\#(Self.job)}"#))
        let job = try await agent.startIngestionJob(knowledgeBaseID: "KB", dataSourceID: "DS")
        #expect(job.id == "JOB")
        #expect(job.status == "IN_PROGRESS")
        #expect(job.startedAt == "2024-10-12T10:11:12.5Z")
        #expect(job.statistics?.numberOfDocumentsScanned == 4)
        #expect(job.statistics?.numberOfDocumentsDeleted == nil)
        #expect(job.failureReasons == ["r"])
        #expect(try await agent.getIngestionJob("JOB", knowledgeBaseID: "KB", dataSourceID: "DS") == job)
        let pages = Self.client(
            #"{"ingestionJobSummaries":[\#(Self.job)],"nextToken":"n"}"#, #"{"ingestionJobSummaries":[\#(Self.job)]}"#)
        #expect(try await BedrockAgent(pages).listIngestionJobs(knowledgeBaseID: "KB", dataSourceID: "DS") == [job, job])
    }

    @Test func `a job is started once, however often the request is sent`() async throws {
        let transport = ScriptedTransport([.json(500, ""), .json(202, #"{"ingestionJob":\#(Self.job)}"#)])
        _ = try await BedrockAgent(.scripted(transport)).startIngestionJob(knowledgeBaseID: "KB", dataSourceID: "DS")
        struct Body: Decodable {
            var clientToken: String
        }
        let tokens = try transport.requests.map { try JSONDecoder().decode(Body.self, from: Data($0.body)).clientToken }
        #expect(Set(tokens).count == 1)
        #expect(tokens.count == 2)
        #expect(tokens[0].utf8.count >= BedrockAgent.clientTokenBytesMin)
    }

    @Test func `guardrail verdicts`() async throws {
        let masked =
            #"{"usage":{},"action":"GUARDRAIL_INTERVENED","actionReason":"pii","outputs":[{"text":"{NAME}"},{}],"assessments":[{}]}"#
        let runtime = BedrockRuntime(Self.client(masked, #"{"action":"NONE","outputs":[]}"#, #"{"action":"LATER"}"#))
        var verdicts: [GuardrailVerdict] = []
        for _ in 0..<3 { verdicts.append(try await runtime.applyGuardrail("g", version: "1", to: ["x"], source: .input)) }
        #expect(verdicts.map(\.intervened) == [true, false, true])
        #expect(verdicts[0].reason == "pii")
        #expect(verdicts.map(\.outputs) == [["{NAME}"], [], []])
    }

    @Test func `token counts and a model's own JSON`() async throws {
        let runtime = BedrockRuntime(Self.client(#"{"inputTokens":42,"x":1}"#, "[1, 2"))
        #expect(try await runtime.countTokens(ConverseRequest(messages: []), modelID: "m") == 42)
        #expect(try await runtime.invokeModel(Array("{}".utf8), modelID: "m") == Array("[1, 2".utf8))
    }

    @Test func `every kind of content block`() throws {
        let rows: [(String, ContentBlock)] = [
            (#"{"text":""}"#, .text("")),
            (#"{"image":{"format":"png","source":{"bytes":"AP8="}}}"#, .image(format: "png", bytes: [0, 255])),
            (#"{"image":{"format":"png","source":{"s3Location":{"uri":"s3://b/k"}}}}"#, .unknown("image")),
            (#"{"document":{"format":"txt","name":"n","source":{"bytes":""}}}"#, .document(format: "txt", name: "n", bytes: [])),
            (#"{"document":{"name":"n","source":{"text":"t"}}}"#, .unknown("document")),
            (
                #"{"toolUse":{"toolUseId":"t","name":"n","input":{},"type":"server_tool_use"}}"#,
                .toolUse(id: "t", name: "n", input: [:])
            ),
            (
                #"{"toolResult":{"toolUseId":"t","content":[{"text":"a"},{"video":{}}],"status":"success"}}"#,
                .toolResult(id: "t", content: [.text("a"), .unknown("video")], status: .success)
            ),
            (#"{"reasoningContent":{"reasoningText":{"text":"r"}}}"#, .reasoning(text: "r", signature: nil)),
            (#"{"reasoningContent":{"redactedContent":"AA=="}}"#, .redactedReasoning([0])),
            (#"{"reasoningContent":{"later":1}}"#, .unknown("reasoningContent")),
            (#"{"cachePoint":{"type":"default"}}"#, .cachePoint),
            (#"{"citationsContent":{"content":[]}}"#, .unknown("citationsContent")),
            (#"{"text":"a","image":null,"__type":"x"}"#, .text("a")),
        ]
        for (json, block) in rows {
            #expect(try JSONDecoder().decode(ContentBlock.self, from: Data(json.utf8)) == block, "\(json)")
        }
        for json in [
            "{}", #"{"text":"a","cachePoint":{}}"#, #"{"text":5}"#, "[]", #"{"image":{"format":"png","source":{"bytes":"%"}}}"#,
        ] {
            #expect(throws: DecodingError.self, "\(json)") { try JSONDecoder().decode(ContentBlock.self, from: Data(json.utf8)) }
        }
    }
}
