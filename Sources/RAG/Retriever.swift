/// Finds passages: the local index or a remote engine.
package protocol Retriever: Sendable {
    /// At most `query.topK` passages, best first by fused rank, each scoring at least `query.minScore`, without near-identical doubles.
    func retrieve(_ query: RetrievalQuery) async throws -> [Passage]
    /// Whether there is anything to search. Asked before each retrieval, so it answers from memory or nearly so; a remote retriever
    /// that would have to ask says true.
    func hasDocuments() async throws -> Bool
    /// The stored text behind `range`, or nil when the document has changed or gone: what citations are checked against.
    func storedText(documentID: String, range: Range<Int>) async throws -> String?
}

package struct RetrievalQuery: Hashable, Sendable {
    /// Phrasings of one need, the plain question first; their results are fused.
    /// A follow-up adds the question joined with the previous user turn.
    package var texts: [String]
    package var topK: Int
    /// Hits scoring below this do not count; nil takes the retriever's own default.
    package var minScore: Double?
    package var filter: MetadataFilter?

    package init(texts: [String], topK: Int, minScore: Double? = nil, filter: MetadataFilter? = nil) {
        self.texts = texts
        self.topK = topK
        self.minScore = minScore
        self.filter = filter
    }
}
