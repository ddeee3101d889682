package import HTTPClient

extension BedrockRuntime {
    /// `POST /model/{modelId}/converse`. `modelID` is a model, an inference profile or an ARN.
    package func converse(
        _ request: ConverseRequest, modelID: String, deadlines: Deadlines = Deadlines(),
        urgency: ServiceCall.Urgency = .interactive
    ) async throws -> ConverseResponse { fatalError("contract") }

    /// `POST /model/{modelId}/converse-stream`. Returns when the response head has come.
    package func converseStream(
        _ request: ConverseRequest, modelID: String, deadlines: Deadlines = Deadlines()
    ) async throws -> ConverseStream { fatalError("contract") }
}
