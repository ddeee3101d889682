internal import AWS

/// Where the provider's lists come from: Bedrock's control plane, or a script in tests.
struct ModelListSource: Sendable {
    enum ProfileType: String, Hashable, Sendable {
        case system = "SYSTEM_DEFINED"
        case application = "APPLICATION"
    }

    var foundationModels: @Sendable () async throws -> [FoundationModel]
    var inferenceProfiles: @Sendable (ProfileType) async throws -> [InferenceProfile]
    /// By id or ARN.
    var inferenceProfile: @Sendable (String) async throws -> InferenceProfile
}
