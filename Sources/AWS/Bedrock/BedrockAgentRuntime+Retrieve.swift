extension BedrockAgentRuntime {
    /// `POST /knowledgebases/{id}/retrieve`. `filter` is a RetrievalFilter as the service model has it.
    package func retrieve(
        _ query: String, knowledgeBaseID: String, resultsMax: Int, filter: JSONDocument? = nil
    ) async throws -> [KnowledgeBaseResult] { fatalError("contract") }
}

package struct KnowledgeBaseResult: Hashable, Sendable {
    package var text: String
    /// Such as `s3://bucket/key`.
    package var uri: String?
    package var score: Double?
    package var metadata: [String: JSONDocument]

    package init(text: String, uri: String?, score: Double?, metadata: [String: JSONDocument]) {
        self.text = text
        self.uri = uri
        self.score = score
        self.metadata = metadata
    }
}
