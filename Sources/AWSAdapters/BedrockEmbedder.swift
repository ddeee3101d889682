package import AWS
package import RAG

/// Embeds with Titan Text v2, Cohere v3 or v4, or Nova on Amazon Bedrock.
package struct BedrockEmbedder: Embedder {
    package let id: String
    package let dimensions: Int

    /// Throws `OutcropFailure` with the known families when the model is none of them, or when `dimensions` is none it has.
    package init(modelID: String, dimensions: Int? = nil, runtime: BedrockRuntime, parallelCallsMax: Int = 8) throws {
        fatalError("contract")
    }

    package func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] { fatalError("contract") }
    package func tokenCount(_ text: String) -> Int { fatalError("contract") }
}
