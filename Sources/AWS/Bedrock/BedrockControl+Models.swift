extension BedrockControl {
    /// `GET /foundation-models`.
    package func listFoundationModels() async throws -> [FoundationModel] {
        struct Answer: Decodable {
            var modelSummaries: [FoundationModel]?
        }
        let call = ServiceCall(.bedrock, "ListFoundationModels", method: .get, path: "/foundation-models")
        return try await client.answer(Answer.self, to: call).modelSummaries ?? []
    }
}

/// A base model as Bedrock lists it.
package struct FoundationModel: Hashable, Sendable {
    package var id: String
    package var name: String?
    package var provider: String?
    /// Such as `TEXT`, `IMAGE`, `EMBEDDING`.
    package var inputModalities: [String]
    package var outputModalities: [String]
    /// `ON_DEMAND`, `PROVISIONED`; newer models have `INFERENCE_PROFILE` alone.
    package var inferenceTypes: [String]
    /// Whether ConverseStream takes it.
    package var streams: Bool
    /// `ACTIVE` or `LEGACY`.
    package var lifecycle: String?

    package init(
        id: String, name: String?, provider: String?, inputModalities: [String], outputModalities: [String],
        inferenceTypes: [String], streams: Bool, lifecycle: String?
    ) {
        self.id = id
        self.name = name
        self.provider = provider
        self.inputModalities = inputModalities
        self.outputModalities = outputModalities
        self.inferenceTypes = inferenceTypes
        self.streams = streams
        self.lifecycle = lifecycle
    }
}

extension FoundationModel: Decodable {
    private enum Key: String, CodingKey {
        case modelId, modelName, providerName, inputModalities, outputModalities, inferenceTypesSupported,
            responseStreamingSupported, modelLifecycle
    }

    private struct Lifecycle: Decodable {
        var status: String?
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        func list(_ key: Key) throws -> [String] { try members.decodeIfPresent([String].self, forKey: key) ?? [] }
        self.init(
            id: try members.decode(String.self, forKey: .modelId),
            name: try members.decodeIfPresent(String.self, forKey: .modelName),
            provider: try members.decodeIfPresent(String.self, forKey: .providerName),
            inputModalities: try list(.inputModalities),
            outputModalities: try list(.outputModalities),
            inferenceTypes: try list(.inferenceTypesSupported),
            streams: try members.decodeIfPresent(Bool.self, forKey: .responseStreamingSupported) ?? false,
            lifecycle: try members.decodeIfPresent(Lifecycle.self, forKey: .modelLifecycle)?.status)
    }
}
