/// Weighted reciprocal-rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009): an item scores the sum of
/// weight / (k + rank) over the lists that hold it, rank from 1. It only orders; it says nothing about relevance.
enum Fusion {
    /// The constant of the paper.
    static let k = 60.0

    struct RankedList: Hashable, Sendable {
        var weight: Double
        /// Best first.
        var ids: [Int64]
    }

    /// Every id once, best first. Each group, one phrasing of the question, sums its own lists; an id counts with its best
    /// phrasing, then with all of them, then ties go to the smaller id.
    ///
    /// A sum over phrasings would be wrong here: ranks 1 and 3 differ by 3 % only, so that the vague "and its price?" would
    /// lift whatever speaks of prices over the one passage that the whole question means.
    static func fuse(_ groups: [[RankedList]]) -> [Int64] {
        var best: [Int64: (best: Double, sum: Double)] = [:]
        for group in groups {
            for (id, sum) in sums(group) {
                let before = best[id] ?? (0, 0)
                best[id] = (max(before.best, sum), before.sum + sum)
            }
        }
        let ordered = best.sorted { left, right in
            if left.value.best != right.value.best { return left.value.best > right.value.best }
            if left.value.sum != right.value.sum { return left.value.sum > right.value.sum }
            return left.key < right.key
        }
        return ordered.map(\.key)
    }

    private static func sums(_ lists: [RankedList]) -> [Int64: Double] {
        var sums: [Int64: Double] = [:]
        for list in lists {
            for (offset, id) in list.ids.enumerated() { sums[id, default: 0] += list.weight / (k + Double(offset + 1)) }
        }
        return sums
    }
}
