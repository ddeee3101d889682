/// Amazon Bedrock agents, build time: ingestion jobs of Knowledge Bases.
package struct BedrockAgent: Sendable {
    let client: AWSClient

    package init(_ client: AWSClient) { self.client = client }
}
