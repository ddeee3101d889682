package import HTTPClient

extension BedrockRuntime {
    /// `POST /model/{modelId}/invoke`: a model's own JSON in, its own JSON out.
    package func invokeModel(
        _ body: [UInt8], modelID: String, deadlines: Deadlines = Deadlines(), urgency: ServiceCall.Urgency = .interactive
    ) async throws -> [UInt8] {
        try await client.bytes(
            of: ServiceCall(
                .bedrockRuntime, "InvokeModel", path: "/model/\(PercentEncoding.segment(modelID))/invoke", body: body,
                deadlines: deadlines, urgency: urgency))
    }
}
