/// Decides whether a terminator ends its sentence. In doubt it does not: two sentences quoted together do less harm than half a one.
enum SentenceEnd {
    /// Never the last word of a sentence.
    private static let titles: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "rev", "gen", "sen", "gov", "capt", "lt", "col", "sgt", "hon", "messrs", "mme",
        "mlle",
        "sr", "sra", "hr", "fr", "vs", "cf", "ca", "approx", "al", "eg", "ie", "bzw", "ggf", "dept", "univ", "inc", "ltd", "co",
        "corp", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    ]
    /// Abbreviations only before a number: "no. 5", but "the answer is no."
    private static let beforeNumbers: Set<String> = [
        "no", "nos", "nr", "p", "pp", "fig", "figs", "vol", "ch", "sec", "eq", "art", "tab", "par", "abs", "bd", "s", "ver", "v",
    ]
    private static let terminators: Set<Unicode.Scalar> = [".", "!", "?", "…", "。", "！", "？", "｡"]
    private static let wideTerminators: Set<Unicode.Scalar> = ["。", "！", "？", "｡"]
    private static let closers: Set<Unicode.Scalar> = ["\"", "'", ")", "]", "}", "”", "’", "»", "」", "』", "）", "】", "*", "_"]

    /// Where the sentence ends whose terminator stands at `index`, closing quotes and reference numbers included; nil if none ends.
    static func end(at index: Int, in block: Range<Int>, _ scalars: [Unicode.Scalar]) -> Int? {
        guard terminators.contains(scalars[index]) else { return nil }
        var end = index + 1
        while end < block.upperBound, terminators.contains(scalars[end]) { end += 1 }
        let isWide = wideTerminators.contains(scalars[end - 1])
        end = skipClosers(from: end, to: block.upperBound, scalars)
        if isWide || end == block.upperBound { return end }
        guard scalars[end].properties.isWhitespace else { return nil }
        var next = end
        while next < block.upperBound, scalars[next].properties.isWhitespace { next += 1 }
        guard next < block.upperBound else { return end }
        if scalars[next].properties.isLowercase { return nil }
        if scalars[index] == ".", end == index + 1, isAbbreviation(endingAt: index, in: block, before: scalars[next], scalars) {
            return nil
        }
        return end
    }

    /// Quotes, brackets and reference numbers such as `[12]` belong to the sentence before them.
    private static func skipClosers(from start: Int, to limit: Int, _ scalars: [Unicode.Scalar]) -> Int {
        var end = start
        while end < limit {
            if closers.contains(scalars[end]) {
                end += 1
            } else if scalars[end] == "[", let close = scalars[end..<limit].prefix(8).firstIndex(of: "]"),
                scalars[(end + 1)..<close].allSatisfy({ ("0"..."9").contains($0) })
            {
                end = close + 1
            } else {
                return end
            }
        }
        return end
    }

    private static func isAbbreviation(
        endingAt dot: Int, in block: Range<Int>, before next: Unicode.Scalar, _ scalars: [Unicode.Scalar]
    ) -> Bool {
        var start = dot
        while start > block.lowerBound, scalars[start - 1].isWordPart || scalars[start - 1] == "." { start -= 1 }
        let word = scalars[start..<dot]
        guard let last = word.last else { return false }
        // "1. First": the number of an item.
        if start == block.lowerBound, word.allSatisfy({ ("0"..."9").contains($0) }) { return true }
        // "J. Smith", and "e.g.", "U.S.", "z.B.": a single letter before the dot.
        if word.count == 1 || word.dropLast().last == "." { return last.properties.isAlphabetic && !last.isIdeographic }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: word)
        let lowercased = String(view).lowercased()
        return titles.contains(lowercased) || (beforeNumbers.contains(lowercased) && ("0"..."9").contains(next))
    }
}

extension Unicode.Scalar {
    fileprivate var isIdeographic: Bool { properties.isIdeographic }
}
