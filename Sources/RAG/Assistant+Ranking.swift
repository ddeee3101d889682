/// The passages for the prompt, best first.
struct Ranking: Hashable, Sendable {
    var passages: [Passage]
    /// Nil without re-ranking.
    var milliseconds: Double?
    /// Why the order is not the re-ranker's, though there is one.
    var note: String?
}

extension Assistant {
    /// The best `query.topK` of `found`: in the re-ranker's order, or in that of retrieval where there is none, or it fails, or it is late.
    /// Throws only when the answer is cancelled.
    func ranking(of found: [Passage], _ query: RetrievalQuery) async throws -> Ranking {
        let fused = Ranking(passages: Array(found.prefix(query.topK)))
        // A follow-up is understood with the turn before it. One passage has no order.
        guard let reranker, let text = query.texts.last, found.count > 1 else { return fused }
        let start = clock.now()
        var ranking = fused
        do {
            let ranked = try await clock.value(within: settings.rerankDeadline) {
                try await reranker.rerank(found, for: text, topK: query.topK)
            }
            if let ranked {
                let own = Self.own(ranked, of: found)
                if own.isEmpty {
                    ranking.note = "re-ranking gave none of its passages back"
                } else {
                    ranking.passages = Array(own.prefix(query.topK))
                }
            } else {
                ranking.note = "re-ranking took longer than \(settings.rerankDeadline)"
            }
        } catch {
            try Task.checkCancellation()
            ranking.note = "re-ranking failed: \(Self.reason(error))"
        }
        ranking.note = ranking.note.map { $0 + "; the order of retrieval counts" }
        ranking.milliseconds = clock.milliseconds(since: start)
        return ranking
    }

    /// Our passages in the order and with the scores of `ranked`: a re-ranker orders, it neither adds nor rewrites.
    private static func own(_ ranked: [Passage], of found: [Passage]) -> [Passage] {
        var left = Dictionary(found.map { (PassageKey($0), $0) }) { first, _ in first }
        return ranked.compactMap { passage in
            guard passage.score.isFinite, var own = left.removeValue(forKey: PassageKey(passage)) else { return nil }
            own.score = min(max(passage.score, 0), 1)
            return own
        }
    }

    /// For the log: what a part says of its failure.
    static func reason(_ error: any Error) -> String {
        (error as? OutcropFailure)?.logText ?? "\(error)"
    }

    /// What an answer would be made from, best first, and why the order is not the re-ranker's, though there is one.
    /// Throws as the retriever does.
    package func search(_ query: RetrievalQuery) async throws -> (passages: [Passage], note: String?) {
        var wider = query
        if reranker != nil { wider.topK = settings.rerankCandidateCount(topK: query.topK) }
        let ranking = try await ranking(of: retriever.retrieve(wider), query)
        return (ranking.passages, ranking.note)
    }
}

/// Which passage it is, whatever else was changed about it.
private struct PassageKey: Hashable {
    let documentID: ExactText
    let chunkID: Int64
    let range: Range<Int>

    init(_ passage: Passage) {
        documentID = ExactText(passage.documentID)
        chunkID = passage.chunkID
        range = passage.range
    }
}
