package import AWS
package import RAG

/// Orders passages with a rerank model (Amazon Rerank, Cohere Rerank) on Amazon Bedrock.
package struct BedrockReranker: Reranker {
    /// `modelID` is a model id or its ARN; `region` makes the ARN from an id.
    package init(modelID: String, region: String, agentRuntime: BedrockAgentRuntime) { fatalError("contract") }

    package func rerank(_ passages: [Passage], for query: String, topK: Int) async throws -> [Passage] { fatalError("contract") }
}
