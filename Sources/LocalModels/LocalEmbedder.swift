package import RAG

/// A BERT-family sentence encoder read from a folder: config.json, vocab.txt, model.safetensors.
package final class LocalEmbedder: Embedder {
    /// Maps the weights; throws `OutcropFailure` naming the missing or wrong file and the remedy (`make model`).
    /// `threads` pieces of a batch are encoded at once on Dispatch.
    package init(directory: String, threads: Int) throws { fatalError("contract") }

    package var id: String { fatalError("contract") }
    package var dimensions: Int { fatalError("contract") }
    package func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] { fatalError("contract") }
    package func tokenCount(_ text: String) -> Int { fatalError("contract") }
}
