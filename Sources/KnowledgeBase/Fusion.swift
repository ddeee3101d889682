/// Convex combination of full-text and vector scores (Bruch, Gai, Ingber: "An Analysis of Fusion Functions for Hybrid
/// Retrieval", ACM TOIS 2023). It only orders; the score a client sees is the cosine.
///
/// Ranks alone throw away by how much one hit is better than the next. On the same hits, recall@5 / nDCG@10 against reciprocal-rank
/// fusion at its best constant (10) and weights: SciFact .808/.738 to .802/.727, chunking_evaluation at 400 characters .747/.707 to
/// .747/.701, at 800 characters .847/.779 to .851/.766. The weights were tuned on SciFact and checked on the other set.
enum Fusion {
    /// What one phrasing of the question found.
    struct Phrasing {
        /// How much this phrasing counts, 0–1.
        var weight: Double
        /// bm25 as a part of the best hit's, 0–1.
        var text: [Int64: Double]
        /// Cosines, clamped to 0–1.
        var cosine: [Int64: Double]
    }

    /// Every id once, best first. An id counts with its best phrasing, then with all of them, then ties go to the smaller id.
    ///
    /// A sum over phrasings would be wrong here: the vague "and its price?" would lift whatever speaks of prices over the one
    /// passage that the whole question means.
    static func fuse(_ phrasings: [Phrasing], textWeight: Double, vectorWeight: Double) -> [Int64] {
        var totals: [Int64: (best: Double, sum: Double)] = [:]
        for phrasing in phrasings {
            for id in Set(phrasing.text.keys).union(phrasing.cosine.keys) {
                let score = phrasing.weight * (textWeight * (phrasing.text[id] ?? 0) + vectorWeight * (phrasing.cosine[id] ?? 0))
                let before = totals[id] ?? (0, 0)
                totals[id] = (max(before.best, score), before.sum + score)
            }
        }
        let ordered = totals.sorted { left, right in
            if left.value.best != right.value.best { return left.value.best > right.value.best }
            if left.value.sum != right.value.sum { return left.value.sum > right.value.sum }
            return left.key < right.key
        }
        return ordered.map(\.key)
    }
}
