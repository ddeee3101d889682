package import AWS
package import RAG

/// Answers with a model on Amazon Bedrock through ConverseStream.
package struct BedrockGenerator: Generator {
    /// What clients call it: a model id, an inference profile or an ARN.
    package let modelID: String

    package init(
        modelID: String, runtime: BedrockRuntime, catalog: ModelTraitsCatalog, deadlines: BedrockDeadlines = BedrockDeadlines()
    ) {
        fatalError("contract")
    }

    package func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        fatalError("contract")
    }
}
