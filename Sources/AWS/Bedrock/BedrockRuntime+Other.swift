extension BedrockRuntime {
    /// `POST /model/{modelId}/invoke`: a model's own JSON in, its own JSON out.
    package func invokeModel(
        _ body: [UInt8], modelID: String, urgency: ServiceCall.Urgency = .interactive
    ) async throws -> [UInt8] {
        fatalError("contract")
    }

    /// `POST /model/{modelId}/count-tokens`: input tokens of a Converse request.
    package func countTokens(_ request: ConverseRequest, modelID: String) async throws -> Int { fatalError("contract") }
}
