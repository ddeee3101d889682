import AWS
import HTTPClient
import RAG
import Testing

@testable import AWSAdapters

/// The adapters over the real calls, down to the bytes that would go out.
struct AdapterWireTests {
    private static func body(_ request: ClientRequest?) -> String { String(decoding: request?.body ?? [], as: UTF8.self) }

    @Test func `embeds through InvokeModel`() async throws {
        let transport = RoutedTransport([
            "/model/us.cohere.embed-v4%3A0/invoke": .init(body: #"{"embeddings":{"float":[\#(EmbeddingCase.numbers(256))]}}"#)
        ])
        let embedder = try BedrockEmbedder(
            modelID: "us.cohere.embed-v4:0", dimensions: 256, runtime: BedrockRuntime(transport.client))
        #expect(try await embedder.embed(["hello"], purpose: .query)[0].count == 256)
        #expect(transport.requests.count == 1)
        #expect(transport.requests.first?.deadlines.total == .seconds(60))
        #expect(Self.body(transport.requests.first).contains(#""input_type":"search_query""#))
    }

    @Test func `reranks through Rerank`() async throws {
        let transport = RoutedTransport([
            "/rerank": .init(body: #"{"results":[{"index":1,"relevanceScore":0.75},{"index":0,"relevanceScore":0.5}]}"#)
        ])
        let reranker = BedrockReranker(
            modelID: "cohere.rerank-v3-5:0", region: "us-east-1", agentRuntime: BedrockAgentRuntime(transport.client))
        let passages = ["a", "b"].map {
            Passage(chunkID: 1, documentID: "d", filename: "f", page: nil, headings: [], text: $0, range: 0..<1, score: 0)
        }
        #expect(try await reranker.rerank(passages, for: "q", topK: 2).map(\.text) == ["b", "a"])
        let arn = #""modelArn":"arn:aws:bedrock:us-east-1::foundation-model/cohere.rerank-v3-5:0""#
        #expect(Self.body(transport.requests.first).contains(arn))
    }

    @Test func `retrieves through Retrieve`() async throws {
        let transport = RoutedTransport([
            "/knowledgebases/KB12345678/retrieve": .init(
                body: #"""
                    {"retrievalResults":[{"content":{"text":"Leave is 30 days.","type":"TEXT"},"score":0.61,
                      "location":{"type":"S3","s3Location":{"uri":"s3://docs/hr/Leave policy.pdf"}},
                      "metadata":{"x-amz-bedrock-kb-source-uri":"s3://docs/hr/Leave policy.pdf","x-amz-bedrock-kb-chunk-id":"1",
                        "x-amz-bedrock-kb-document-page-number":2.0,"year":2024}},
                     {"content":{"byteContent":"data:image/png;base64,AA==","type":"IMAGE"},"score":0.6}],"nextToken":"more"}
                    """#)
        ])
        let retriever = BedrockKnowledgeBaseRetriever(
            knowledgeBaseID: "KB12345678", agentRuntime: BedrockAgentRuntime(transport.client))
        let filter = MetadataFilter.and([
            .compare(key: "year", .gte, .number(2024)), .compare(key: "team", .in, .array([.string("hr")])),
        ])
        let found = try await retriever.retrieve(RetrievalQuery(texts: ["leave?"], topK: 5, filter: filter))
        #expect(found.map(\.filename) == ["Leave policy.pdf"])
        #expect(transport.requests.first?.deadlines.total == .seconds(30))
        #expect(found.first?.page == 3)
        #expect(found.first?.uri == "s3://docs/hr/Leave policy.pdf")
        let configuration =
            #"{"filter":{"andAll":[{"greaterThanOrEquals":{"key":"year","value":2024}},{"in":{"key":"team","value":["hr"]}}]},"#
            + #""numberOfResults":5}"#
        #expect(
            Self.body(transport.requests.first)
                == #"{"retrievalConfiguration":{"vectorSearchConfiguration":\#(configuration)},"retrievalQuery":{"text":"leave?"}}"#
        )
    }

    @Test func `classifies through Converse`() async throws {
        let transport = RoutedTransport([
            "/model/us.amazon.nova-micro-v1%3A0/converse": .init(
                body: #"""
                    {"output":{"message":{"role":"assistant","content":[{"text":"C"}]}},"stopReason":"max_tokens",
                     "usage":{"inputTokens":90,"outputTokens":1,"totalTokens":91}}
                    """#)
        ])
        let classifier = BedrockIntentClassifier(
            modelID: "us.amazon.nova-micro-v1:0", runtime: BedrockRuntime(transport.client))
        #expect(try await classifier.classify([Message(role: .user, text: "hello there")]) == .casual)
        let request = try #require(transport.requests.first)
        #expect(request.deadlines == BedrockIntentClassifier.deadlines)
        #expect(Self.body(request).contains(#""maxTokens":1"#))
        #expect(Self.body(request).contains(#"{"text":"<message>hello there</message>"}"#))
    }

    private static let foundationModels = #"""
        {"modelSummaries":[{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0",
          "modelId":"amazon.nova-micro-v1:0","modelName":"Nova Micro","providerName":"Amazon","inputModalities":["TEXT"],
          "outputModalities":["TEXT"],"responseStreamingSupported":true,"customizationsSupported":[],
          "inferenceTypesSupported":["ON_DEMAND","INFERENCE_PROFILE"],"modelLifecycle":{"status":"ACTIVE"}}]}
        """#
    private static let profiles = #"""
        {"inferenceProfileSummaries":[{"inferenceProfileName":"US Nova Micro","inferenceProfileArn":
          "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-micro-v1:0",
          "models":[{"modelArn":"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0"}],
          "inferenceProfileId":"us.amazon.nova-micro-v1:0","status":"ACTIVE","type":"SYSTEM_DEFINED"}]}
        """#

    @Test func `lists through the control plane`() async throws {
        let transport = RoutedTransport([
            "/foundation-models": .init(body: Self.foundationModels), "/inference-profiles": .init(body: Self.profiles),
        ])
        let client = transport.client
        let provider = BedrockModelProvider(
            configured: [], bedrock: BedrockControl(client), runtime: BedrockRuntime(client), traits: .builtIn())
        #expect(transport.requests.isEmpty)
        #expect(await provider.models().map(\.id) == ["amazon.nova-micro-v1:0", "us.amazon.nova-micro-v1:0"])
        #expect(transport.requests.count == 3)
        #expect(Set(transport.requests.map(\.url)).contains { $0.contains("type=APPLICATION") })
        let generator = try await provider.generator(for: "us.amazon.nova-micro-v1:0")
        #expect(generator?.modelID == "us.amazon.nova-micro-v1:0")
        #expect(try await provider.generator(for: "us.amazon.nova-pro-v1:0") == nil)
    }

    @Test func `without permission to list, configured models still work`() async throws {
        let denied = RoutedTransport.Answer.error(403, "AccessDeniedException")
        let client = RoutedTransport(["/foundation-models": denied, "/inference-profiles": denied]).client
        let provider = BedrockModelProvider(
            configured: ["amazon.nova-lite-v1:0"], bedrock: BedrockControl(client), runtime: BedrockRuntime(client),
            traits: .builtIn())
        #expect(await provider.models() == [ModelListing(id: "amazon.nova-lite-v1:0", ownedBy: "amazon")])
        #expect(try await provider.generator(for: "amazon.nova-lite-v1:0") != nil)
        #expect(try await provider.generator(for: "amazon.nova-pro-v1:0") != nil)
        #expect((provider.listFailure as? AWSError)?.serviceCode == "AccessDeniedException")
    }

    static let failures: [(status: Int, code: String, kind: OutcropFailure.Kind)] = [
        (429, "ThrottlingException", .rateLimited), (403, "AccessDeniedException", .forbidden),
        (400, "ValidationException", .invalidRequest), (404, "ResourceNotFoundException", .notFound),
        (503, "ServiceUnavailableException", .unavailable),
    ]

    @Test(arguments: failures) func `each adapter says of a failed call what a client may be told`(
        _ row: (status: Int, code: String, kind: OutcropFailure.Kind)
    ) async throws {
        for call in try Self.calls(RoutedTransport(Self.routes(.error(row.status, row.code)))) {
            let failure = await #expect(throws: OutcropFailure.self) { try await call() }
            #expect(failure?.kind == row.kind)
        }
    }

    @Test func `a cancelled call ends at once, and its transfer with it`() async throws {
        for index in 0..<4 {
            let transport = RoutedTransport(Self.routes(RoutedTransport.Answer(body: "", hangs: true)))
            let call = try Self.calls(transport)[index]
            let task = Task { try await call() }
            for await _ in transport.hanging { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(transport.requests.count == 1)
        }
    }

    /// The same answer for every call.
    private static func routes(_ answer: RoutedTransport.Answer) -> [String: RoutedTransport.Answer] {
        let paths = ["/model/cohere.embed-english-v3/invoke", "/rerank", "/knowledgebases/KB/retrieve", "/model/m/converse"]
        return Dictionary(uniqueKeysWithValues: paths.map { ($0, answer) })
    }

    /// One call of each adapter.
    private static func calls(_ transport: RoutedTransport) throws -> [@Sendable () async throws -> Void] {
        let client = transport.client
        let passage = Passage(
            chunkID: 1, documentID: "d", filename: "f", page: nil, headings: [], text: "t", range: 0..<1, score: 0)
        let embedder = try BedrockEmbedder(modelID: "cohere.embed-english-v3", runtime: BedrockRuntime(client))
        let reranker = BedrockReranker(modelID: "r", region: "us-east-1", agentRuntime: BedrockAgentRuntime(client))
        let retriever = BedrockKnowledgeBaseRetriever(knowledgeBaseID: "KB", agentRuntime: BedrockAgentRuntime(client))
        let classifier = BedrockIntentClassifier(modelID: "m", runtime: BedrockRuntime(client))
        return [
            { _ = try await embedder.embed(["a"], purpose: .query) },
            { _ = try await reranker.rerank([passage], for: "q", topK: 1) },
            { _ = try await retriever.retrieve(RetrievalQuery(texts: ["q"], topK: 1)) },
            { _ = try await classifier.classify([Message(role: .user, text: "hello")]) },
        ]
    }
}
