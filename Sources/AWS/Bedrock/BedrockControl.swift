/// Amazon Bedrock's control plane: which models there are.
package struct BedrockControl: Sendable {
    let client: AWSClient

    package init(_ client: AWSClient) { self.client = client }
}
