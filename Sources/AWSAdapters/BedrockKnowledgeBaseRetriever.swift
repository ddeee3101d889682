package import AWS
internal import HTTPClient
package import RAG

/// Retrieves from an existing Bedrock Knowledge Base in place of the local index.
///
/// Every phrasing of the query is asked, `parallelCallsMax` at a time; a chunk found by several keeps its best score, and the
/// best scores come first. Scores are the Knowledge Base's own, cut to 0–1, and no cosines of ours, so that a minimum counts only
/// where the query names one. What a passage's identity and page are made of stands at `KnowledgeBasePassage`.
package final class BedrockKnowledgeBaseRetriever: Retriever {
    typealias Call =
        @Sendable (
            _ text: String, _ knowledgeBaseID: String, _ resultsMax: Int, _ filter: JSONDocument?
        ) async throws -> [KnowledgeBaseResult]

    /// Most results of one call (Retrieve, `numberOfResults`).
    package static let resultsMax = 100
    /// Longest query (Retrieve, `retrievalQuery.text`).
    static let queryScalarsMax = 20_000
    /// Phrasings asked; further ones are left out, as in the local index.
    static let textsMax = 16
    static let parallelCallsMax = 2
    /// Of one attempt of a call: someone waits for the answer.
    static let deadlines = Deadlines(connect: .seconds(5), firstByte: .seconds(20), idle: .seconds(10), total: .seconds(30))

    private let knowledgeBaseID: String
    private let call: Call
    private let recent: RecentTexts

    package convenience init(knowledgeBaseID: String, agentRuntime: BedrockAgentRuntime) {
        self.init(knowledgeBaseID: knowledgeBaseID) {
            try await agentRuntime.retrieve($0, knowledgeBaseID: $1, resultsMax: $2, filter: $3, deadlines: Self.deadlines)
        }
    }

    init(knowledgeBaseID: String, recent: RecentTexts = RecentTexts(), call: @escaping Call) {
        self.knowledgeBaseID = knowledgeBaseID
        self.call = call
        self.recent = recent
    }

    /// Throws `OutcropFailure`, also for a filter that a Knowledge Base does not know.
    package func retrieve(_ query: RetrievalQuery) async throws -> [Passage] {
        let texts = query.texts.filter { !$0.isBlank }.prefix(Self.textsMax).map(Self.bounded)
        guard !texts.isEmpty, query.topK > 0 else { return [] }
        let filter: JSONDocument?
        switch try query.filter.map({ try RetrievalFilter($0) }) {
        case .nothing: return []
        case .everything, nil: filter = nil
        case .filter(let document): filter = document
        }
        let resultsMax = min(query.topK, Self.resultsMax)
        let found = try await withOutcropFailures {
            try await mapInParallel(texts, limit: Self.parallelCallsMax) { [call, knowledgeBaseID] text in
                try await call(text, knowledgeBaseID, resultsMax, filter)
            }
        }
        let passages = Self.fused(found.map { $0.compactMap(KnowledgeBasePassage.passage) })
            .filter { passage in query.minScore.map { passage.score >= $0 } ?? true }
            .prefix(query.topK)
        for passage in passages { recent.keep(passage.text, for: passage.documentID) }
        return Array(passages)
    }

    /// Always true: nothing but a search can tell, and one that finds nothing proves nothing.
    package func hasDocuments() async throws -> Bool { true }

    /// Of what was retrieved lately: a Knowledge Base does not give back its texts. Nil when that was too long ago.
    package func storedText(documentID: String, range: Range<Int>) async throws -> String? {
        guard let scalars = recent.text(for: documentID)?.unicodeScalars, range.lowerBound >= 0,
            let start = scalars.index(scalars.startIndex, offsetBy: range.lowerBound, limitedBy: scalars.endIndex),
            let end = scalars.index(start, offsetBy: range.count, limitedBy: scalars.endIndex)
        else { return nil }
        return String(scalars[start..<end])
    }

    private static func bounded(_ text: String) -> String {
        text.utf8.count <= queryScalarsMax ? text : String(text.unicodeScalars.prefix(queryScalarsMax))
    }

    /// Each chunk once with its best score, best first; between equal scores the order in which they were found, the plain
    /// question's first. Of chunks with the same text, copies of a document, the first one stays.
    private static func fused(_ lists: [[Passage]]) -> [Passage] {
        var places: [String: Int] = [:]
        var passages: [Passage] = []
        for passage in lists.flatMap(\.self) {
            if let place = places[passage.documentID] {
                passages[place].score = max(passages[place].score, passage.score)
            } else {
                places[passage.documentID] = passages.count
                passages.append(passage)
            }
        }
        let ranked = passages.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }.map(\.element)
        var seen: Set<[UInt8]> = []
        return ranked.filter { seen.insert(Array($0.text.utf8)).inserted }
    }
}
