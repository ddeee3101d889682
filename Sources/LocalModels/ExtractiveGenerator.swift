package import RAG

/// The embedded default: answers with sentences quoted from the passages, each with its marker. Not a language model and says so.
package struct ExtractiveGenerator: Generator {
    /// `embedder` ranks sentences by meaning; without one, words decide.
    package init(embedder: (any Embedder)?) { fatalError("contract") }

    package var modelID: String { "outcrop-extractive" }
    package func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> { fatalError("contract") }
}
