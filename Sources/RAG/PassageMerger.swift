/// Joins passages that overlap in the same document and page, so that a text is sent once and has one number.
enum PassageMerger {
    /// A joined passage stays within what a reader can look through; beyond it, overlapping passages keep their own numbers.
    static let scalarCountMax = 4_000

    /// In the order of the best member of each; a joined passage keeps its identity, headings and score.
    static func merged(_ passages: [Passage]) -> [Passage] {
        var result: [Passage] = []
        for passage in passages {
            var joined = passage
            var place = result.count
            // A joined passage may now touch another one, so look again until none does; each round removes one.
            while let index = result.firstIndex(where: { union($0, joined) != nil }), let union = union(result[index], joined) {
                result.remove(at: index)
                place = min(place, index)
                joined = union
            }
            result.insert(joined, at: min(place, result.count))
        }
        return result
    }

    private static func union(_ best: Passage, _ other: Passage) -> Passage? {
        guard best.documentID == other.documentID, best.page == other.page,
            best.range.overlaps(other.range) || best.range == other.range
        else { return nil }
        let (first, second) = best.range.lowerBound <= other.range.lowerBound ? (best, other) : (other, best)
        let end = max(first.range.upperBound, second.range.upperBound)
        guard end - first.range.lowerBound <= scalarCountMax, first.isConsistent, second.isConsistent else { return nil }
        var joined = best
        joined.range = first.range.lowerBound..<end
        var scalars = first.text.unicodeScalars
        scalars.append(contentsOf: second.text.unicodeScalars.dropFirst(first.range.upperBound - second.range.lowerBound))
        joined.text = String(scalars)
        joined.score = max(best.score, other.score)
        return joined
    }
}

extension Passage {
    /// Whether text and range agree in length; a passage of a careless retriever is left alone, its citation fails the check later.
    fileprivate var isConsistent: Bool { text.unicodeScalars.count == range.count }
}
