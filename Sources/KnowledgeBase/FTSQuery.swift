/// A question as FTS5 match expressions: quoted words joined by OR, never a syntax error (sqlite.org/fts5.html §3).
struct FTSQuery: Hashable, Sendable {
    /// Words looked for at most, and scalars of a word.
    static let termsMax = 64
    static let termScalarsMax = 100
    /// Scalars of the question that are read.
    static let scalarsMax = 8_000

    /// Words outside Chinese, Japanese and Korean, without common ones while others remain.
    private(set) var words: [String] = []
    /// Runs of Chinese, Japanese or Korean.
    private(set) var runs: [String] = []

    init(_ text: String) {
        var word = String.UnicodeScalarView()
        var isRun = false
        for scalar in text.unicodeScalars.prefix(Self.scalarsMax) {
            let isCJK = CJK.contains(scalar)
            if isCJK != isRun || !(isCJK || Self.isWordPart(scalar)) {
                finish(&word, isRun: isRun)
                isRun = isCJK
            }
            if isCJK || Self.isWordPart(scalar) { word.append(scalar) }
        }
        finish(&word, isRun: isRun)
        let telling = words.filter { !Self.commonWords.contains($0) }
        words = Array((telling.isEmpty ? words : telling).prefix(Self.termsMax))
    }

    /// How much a phrasing tells, up to 1: of "and its price?" and the same joined with the question before it, the longer
    /// one knows what it is about. Three words, or six characters of Chinese, Japanese or Korean, are enough.
    var specificity: Double {
        let runWords = runs.reduce(0) { $0 + ($1.unicodeScalars.count + 1) / 2 }
        return Double(min(3, max(1, words.count + runWords))) / 3
    }

    /// For the porter table, nil without words.
    var wordExpression: String? { Self.expression(words) }

    /// For the trigram table: the trigrams of every run of three or more; shorter runs are in `shortRuns`.
    var trigramTerms: [String] {
        var terms: [String] = []
        for run in runs {
            let scalars = Array(run.unicodeScalars)
            guard scalars.count >= 3 else { continue }
            for start in 0...scalars.count - 3 { terms.append(Self.string(scalars[start..<start + 3])) }
        }
        return Array(Self.unique(terms).prefix(Self.termsMax))
    }

    /// Runs of one or two, which are no whole trigram: the terms that begin with them are looked up.
    var shortRuns: [String] { runs.filter { $0.unicodeScalars.count < 3 } }

    /// Every term quoted, a quote doubled; nil without terms.
    static func expression(_ terms: [String]) -> String? {
        terms.isEmpty
            ? nil
            : terms.map { "\"\($0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"" }
                .joined(separator: " OR ")
    }

    private mutating func finish(_ word: inout String.UnicodeScalarView, isRun: Bool) {
        defer { word.removeAll() }
        guard !word.isEmpty, isRun || word.count <= Self.termScalarsMax else { return }
        let text = isRun ? String(word) : String(word).lowercased()
        if isRun {
            if runs.count < Self.termsMax, !runs.contains(text) { runs.append(text) }
        } else if words.count < 4 * Self.termsMax, !words.contains(text) {
            words.append(text)
        }
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark,
            .decimalNumber, .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    private static func unique(_ terms: [String]) -> [String] {
        var seen: Set<String> = []
        return terms.filter { seen.insert($0).inserted }
    }

    /// English words that stand in nearly every text: they cost long lists and tell nothing. Measured on BEIR SciFact's 300
    /// claims: nDCG@10 .687 with and without them, recall@5 .744 with and .751 without, and 2.5 times faster without.
    private static let commonWords: Set<String> = [
        "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does", "for", "from", "had",
        "has", "have", "he", "her", "his", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "our",
        "she", "should", "so", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "to", "us",
        "was",
        "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
    ]
}
