package import HTTPClient

extension BedrockRuntime {
    /// `POST /model/{modelId}/count-tokens`: input tokens of a Converse request. Its settings beyond messages, system, tools and
    /// additional fields do not count and are left out.
    package func countTokens(_ request: ConverseRequest, modelID: String, deadlines: Deadlines = Deadlines()) async throws -> Int
    {
        struct Answer: Decodable {
            var inputTokens: Int
        }
        let call = ServiceCall(
            .bedrockRuntime, "CountTokens", path: "/model/\(PercentEncoding.segment(modelID))/count-tokens", deadlines: deadlines
        ) { json in
            json.object("input") { json in
                json.key("converse")
                request.writeTokensRequest(to: &json)
            }
        }
        return try await client.answer(Answer.self, to: call).inputTokens
    }
}
