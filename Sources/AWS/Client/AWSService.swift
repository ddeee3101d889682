/// A service's names: for its host, its signature and its endpoint setting.
package struct AWSService: Hashable, Sendable {
    /// First label of the host, such as `bedrock-runtime`.
    package var endpointPrefix: String
    /// Such as `bedrock`, the same for all four Bedrock services.
    package var signingName: String
    /// `AWS_ENDPOINT_URL_<this>`, the service id in capitals, such as `BEDROCK_RUNTIME`.
    package var settingName: String
    /// Whether `AWS_BEARER_TOKEN_BEDROCK` may stand in for a signature.
    package var takesBearerToken: Bool

    package init(endpointPrefix: String, signingName: String, settingName: String, takesBearerToken: Bool = false) {
        self.endpointPrefix = endpointPrefix
        self.signingName = signingName
        self.settingName = settingName
        self.takesBearerToken = takesBearerToken
    }

    package static let bedrock = AWSService(
        endpointPrefix: "bedrock", signingName: "bedrock", settingName: "BEDROCK", takesBearerToken: true)
    package static let bedrockRuntime = AWSService(
        endpointPrefix: "bedrock-runtime", signingName: "bedrock", settingName: "BEDROCK_RUNTIME", takesBearerToken: true)
    package static let bedrockAgent = AWSService(
        endpointPrefix: "bedrock-agent", signingName: "bedrock", settingName: "BEDROCK_AGENT")
    package static let bedrockAgentRuntime = AWSService(
        endpointPrefix: "bedrock-agent-runtime", signingName: "bedrock", settingName: "BEDROCK_AGENT_RUNTIME")
    package static let sts = AWSService(endpointPrefix: "sts", signingName: "sts", settingName: "STS")
}
