extension BedrockAgentRuntime {
    /// `POST /rerank`: at most 1,000 sources of at most 32,000 characters each.
    package func rerank(_ query: String, sources: [String], modelARN: String, resultsMax: Int) async throws -> [RerankResult] {
        fatalError("contract")
    }
}

package struct RerankResult: Hashable, Sendable {
    /// Into `sources`.
    package var index: Int
    /// 0–1.
    package var relevanceScore: Double

    package init(index: Int, relevanceScore: Double) {
        self.index = index
        self.relevanceScore = relevanceScore
    }
}
