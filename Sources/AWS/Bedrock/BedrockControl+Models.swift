extension BedrockControl {
    /// `GET /foundation-models`.
    package func listFoundationModels() async throws -> [FoundationModel] { fatalError("contract") }

    /// `GET /inference-profiles`, all pages; `type` is `SYSTEM_DEFINED` or `APPLICATION`.
    package func listInferenceProfiles(type: String? = nil) async throws -> [InferenceProfile] { fatalError("contract") }
}

package struct FoundationModel: Hashable, Sendable {
    package var id: String
    package var name: String?
    package var provider: String?
    package var inputModalities: [String]
    package var outputModalities: [String]
    package var inferenceTypes: [String]
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

package struct InferenceProfile: Hashable, Sendable {
    package var id: String
    package var arn: String
    package var name: String
    /// ARNs of the models behind it.
    package var modelARNs: [String]
    package var type: String
    package var status: String

    package init(id: String, arn: String, name: String, modelARNs: [String], type: String, status: String) {
        self.id = id
        self.arn = arn
        self.name = name
        self.modelARNs = modelARNs
        self.type = type
        self.status = status
    }
}
