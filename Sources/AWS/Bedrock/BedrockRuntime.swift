/// Amazon Bedrock runtime.
package struct BedrockRuntime: Sendable {
    let client: AWSClient

    package init(_ client: AWSClient) { self.client = client }
}
