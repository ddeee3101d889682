/// Amazon Bedrock agent runtime: Knowledge Bases and reranking.
package struct BedrockAgentRuntime: Sendable {
    let client: AWSClient

    package init(_ client: AWSClient) { self.client = client }
}
