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

    /// Every id once, best first; ties by smaller id.
    static func fuse(_ lists: [RankedList]) -> [Int64] {
        var sums: [Int64: Double] = [:]
        for list in lists {
            for (offset, id) in list.ids.enumerated() { sums[id, default: 0] += list.weight / (k + Double(offset + 1)) }
        }
        return sums.sorted { $0.value > $1.value || ($0.value == $1.value && $0.key < $1.key) }.map(\.key)
    }
}
