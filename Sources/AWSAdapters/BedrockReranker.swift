package import AWS
package import RAG

/// Orders passages with a rerank model (Amazon Rerank, Cohere Rerank) on Amazon Bedrock.
///
/// One call reads at most `passagesMax` passages, those that retrieval put first; later ones are left out. Of a passage, and of
/// the query, the first `scalarCountMax` characters count. Passages with the same score keep their order.
package struct BedrockReranker: Reranker {
    typealias Call =
        @Sendable (
            _ query: String, _ sources: [String], _ modelARN: String, _ resultsMax: Int
        ) async throws -> [RerankResult]

    /// Limits of the service (Rerank, `sources` and `textDocument`).
    package static let passagesMax = 1_000
    package static let scalarCountMax = 32_000

    private let modelARN: String
    private let call: Call

    /// `modelID` is a model id or its ARN; `region` makes the ARN from an id.
    package init(modelID: String, region: String, agentRuntime: BedrockAgentRuntime) {
        self.init(modelID: modelID, region: region) {
            try await agentRuntime.rerank($0, sources: $1, modelARN: $2, resultsMax: $3)
        }
    }

    init(modelID: String, region: String, call: @escaping Call) {
        modelARN = Self.modelARN(of: modelID, region: region)
        self.call = call
    }

    /// Throws `OutcropFailure`.
    package func rerank(_ passages: [Passage], for query: String, topK: Int) async throws -> [Passage] {
        guard !query.isBlank else {
            throw OutcropFailure(.invalidRequest, "There is nothing to rank by: the query is blank.", parameter: "query")
        }
        // The service takes no empty text; nothing is lost with one.
        let candidates = passages.filter { !$0.text.isBlank }.prefix(Self.passagesMax)
        let resultsMax = min(topK, candidates.count)
        guard resultsMax > 0 else { return [] }
        let results = try await withOutcropFailures {
            try await call(Self.bounded(query), candidates.map { Self.bounded($0.text) }, modelARN, resultsMax)
        }
        return try Self.ranked(Array(candidates), by: checked(results, count: candidates.count)).prefix(resultsMax).map(\.self)
    }

    static func modelARN(of modelID: String, region: String) -> String {
        if modelID.utf8.starts(with: "arn:".utf8) { return modelID }
        return "arn:\(Partition(region: region).id):bedrock:\(region)::foundation-model/\(modelID)"
    }

    private static func bounded(_ text: String) -> String {
        text.utf8.count <= scalarCountMax ? text : String(text.unicodeScalars.prefix(scalarCountMax))
    }

    /// Every index once and within the sources, every score a number.
    private func checked(_ results: [RerankResult], count: Int) throws -> [RerankResult] {
        var seen: Set<Int> = []
        for result in results {
            guard (0..<count).contains(result.index), seen.insert(result.index).inserted, !result.relevanceScore.isNaN else {
                throw OutcropFailure(
                    .badGateway, "The rerank model \(modelARN) returned a result that is none: index \(result.index) of \(count)."
                )
            }
        }
        return results
    }

    private static func ranked(_ passages: [Passage], by results: [RerankResult]) -> [Passage] {
        results.sorted { ($1.relevanceScore, $0.index) < ($0.relevanceScore, $1.index) }.map { result in
            var passage = passages[result.index]
            passage.score = min(max(result.relevanceScore, 0), 1)
            return passage
        }
    }
}
