package import HTTPClient

extension BedrockRuntime {
    /// `POST /model/{modelId}/converse`. `modelID` is a model, an inference profile or an ARN.
    package func converse(
        _ request: ConverseRequest, modelID: String, deadlines: Deadlines = Deadlines(),
        urgency: ServiceCall.Urgency = .interactive
    ) async throws -> ConverseResponse {
        let call = ServiceCall(
            .bedrockRuntime, "Converse", path: "/model/\(PercentEncoding.segment(modelID))/converse", body: request.json,
            deadlines: deadlines, urgency: urgency)
        return try await client.answer(ConverseResponse.self, to: call)
    }

    /// `POST /model/{modelId}/converse-stream`. Returns when the response head has come.
    package func converseStream(
        _ request: ConverseRequest, modelID: String, deadlines: Deadlines = Deadlines()
    ) async throws -> ConverseStream {
        let call = ServiceCall(
            .bedrockRuntime, "ConverseStream", path: "/model/\(PercentEncoding.segment(modelID))/converse-stream",
            headerFields: [.accept: ConverseStream.contentType], body: request.json, deadlines: deadlines)
        return try ConverseStream(await client.open(call), call: call)
    }
}
