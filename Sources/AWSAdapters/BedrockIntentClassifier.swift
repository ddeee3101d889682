package import AWS
package import RAG

/// Asks a small model for one token: casual or not. Everything unclear, and every failure, is retrieval.
package struct BedrockIntentClassifier: IntentClassifier {
    package init(modelID: String, runtime: BedrockRuntime) { fatalError("contract") }

    package func classify(_ messages: [Message]) async throws -> Intent { fatalError("contract") }
}
