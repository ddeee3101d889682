import Glibc

/// Means over questions of recall@5 (share of the relevant passages among the first five) and nDCG@10 with binary gain.
struct RankingScores {
    private var recallSum = 0.0
    private var gainSum = 0.0
    private var count = 0.0

    /// `isRelevant[i]` says whether rank i+1 is relevant; `relevantCount` counts all relevant passages of the set.
    mutating func add(isRelevant: [Bool], relevantCount: Int) {
        guard relevantCount > 0 else { return }
        count += 1
        recallSum += Double(isRelevant.prefix(5).count { $0 }) / Double(relevantCount)
        let gain = isRelevant.prefix(10).enumerated().reduce(0.0) { $0 + ($1.element ? 1 / log2(Double($1.offset) + 2) : 0) }
        let ideal = (0..<min(10, relevantCount)).reduce(0.0) { $0 + 1 / log2(Double($1) + 2) }
        gainSum += gain / ideal
    }

    var recall: Double { recallSum / max(count, 1) }
    var gain: Double { gainSum / max(count, 1) }
    var recallShown: String { Self.shown(recall) }
    var gainShown: String { Self.shown(gain) }

    private static func shown(_ value: Double) -> String {
        let digits = String(Int((value * 1_000).rounded()))
        return value >= 0.9995 ? "1.000" : "." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
