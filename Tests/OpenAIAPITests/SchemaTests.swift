import Foundation
import RAG
import Testing

@testable import OpenAIAPI

/// Every answer is valid by OpenAI's own published schemas.
struct SchemaTests {
    private let schema: JSONSchema

    init() throws {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/openai_schemas", withExtension: "json"))
        schema = JSONSchema(root: try JSONDecoder().decode([String: JSONValue].self, from: Data(contentsOf: url)))
    }

    @Test func `the checker finds what is wrong`() throws {
        let wrong =
            #"{"id":1,"object":"chat.completion","created":1.5,"choices":[{"index":0,"logprobs":null,"finish_reason":"end_turn"}]}"#
        let violations = Set(try schema.violations(of: Array(wrong.utf8), as: "CreateChatCompletionResponse"))
        #expect(
            violations == [
                "$.id: not string", "$.created: not integer", "$: model is missing", "$.choices[0]: message is missing",
                "$.choices[0].finish_reason: not in the enum",
            ])
    }

    @Test(arguments: [true, false])
    func `every chunk is valid`(includesUsage: Bool) throws {
        let encoder = ChatStreamEncoder(id: "chatcmpl-1", created: 1, model: "m", includesUsage: includesUsage)
        let chunks = [
            encoder.roleChunk(), encoder.text("x"), encoder.citations(Citation.samples, linkFor: Citation.link),
            encoder.finish(.stop),
            encoder.usage(Usage(promptTokens: 1, completionTokens: 2)),
        ]
        for chunk in chunks { #expect(try schema.violations(of: chunk, as: "CreateChatCompletionStreamResponse") == []) }
    }

    @Test(arguments: [FinishReason.stop, .length, .contentFilter, .toolCalls])
    func `every completion is valid`(reason: FinishReason) throws {
        let completion = ChatCompletion(
            id: "chatcmpl-1", created: 1, model: "m", text: "x [1]", citations: Citation.samples, linkFor: Citation.link,
            finishReason: reason, usage: Usage(promptTokens: 1, completionTokens: 2))
        #expect(try schema.violations(of: completion.encoded(), as: "CreateChatCompletionResponse") == [])
    }

    @Test func `embeddings are valid`() throws {
        let response = EmbeddingsResponse(
            model: "m", embeddings: [[0.5, -1], [0.1, 3]], encodingFormat: .float, promptTokens: 4)
        #expect(try schema.violations(of: response.encoded(), as: "CreateEmbeddingResponse") == [])
    }

    @Test func `models are valid`() throws {
        let model = ModelObject(id: "m", created: 1, ownedBy: "outcrop")
        #expect(try schema.violations(of: model.encoded(), as: "Model") == [])
        #expect(try schema.violations(of: ModelList([model]).encoded(), as: "ListModelsResponse") == [])
    }

    @Test func `errors are valid`() throws {
        let full = OutcropFailure(.invalidRequest, code: "c", "m", parameter: "p")
        for envelope in [
            ErrorEnvelope(full), ErrorEnvelope(status: 404, message: "m"), ErrorEnvelope(reporting: CancellationError()),
        ] {
            #expect(try schema.violations(of: envelope.encoded(), as: "ErrorResponse") == [])
        }
    }
}
