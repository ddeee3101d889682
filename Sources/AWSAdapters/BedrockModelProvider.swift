package import AWS
package import RAG

/// The models and inference profiles of the account: a list kept fresh in the background, and generators by name.
package final class BedrockModelProvider: ModelProvider {
    /// `configured` are always there, listed or not, first one first.
    package init(
        configured: [String], bedrock: BedrockControl, runtime: BedrockRuntime, traits: ModelTraitsCatalog,
        deadlines: BedrockDeadlines = BedrockDeadlines(), refreshSeconds: Double = 600, clock: AWSClock = AWSClock()
    ) { fatalError("contract") }

    package func models() async -> [ModelListing] { fatalError("contract") }
    package func generator(for id: String) async throws -> (any Generator)? { fatalError("contract") }
}
