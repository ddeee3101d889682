/// What kind of border lies before every scalar of a text, one byte a scalar.
///
/// Low bits: the kind; the top bit: white space (of a grapheme that is all white space, so that trimming never cuts one).
struct TextBorders {
    enum Kind: UInt8, Comparable {
        /// Inside a grapheme.
        case none, grapheme, word, sentence, line, paragraph, heading

        static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    private var flags: [UInt8] = []
    /// Where each page ends; the text's end without pages.
    private(set) var pageEnds: [Int] = []
    /// Where the line of each heading starts, in order.
    private(set) var headingLines: [Int] = []

    private static let whiteSpace: UInt8 = 0x80

    var count: Int { flags.count }

    init(_ document: ExtractedDocument) {
        var text = document.text
        text.makeContiguousUTF8()
        classify(text, isPaged: document.isPaged)
        pageEnds.append(flags.count)
        markHeadings(document.headings)
    }

    private mutating func classify(_ text: String, isPaged: Bool) {
        flags.reserveCapacity(text.utf8.count)
        var classifier = BorderClassifier()
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var next = scalars.first
        while let scalar = next {
            var end = scalars.index(after: start)
            next = end < scalars.endIndex ? scalars[end] : nil
            if scalar.joinsNoNeighbour, next?.joinsNoNeighbour != false {
                append(scalar, &classifier, isPaged)
            } else {
                // `start` was returned by this very call in a run of such graphemes, so String knows that a grapheme begins there.
                // Of any other index it would search backwards first, which in a run of flags costs the square of its length.
                end = text.index(after: start)
                append(scalars[start..<end], &classifier, isPaged)
                next = end < scalars.endIndex ? scalars[end] : nil
            }
            start = end
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar, _ classifier: inout BorderClassifier, _ isPaged: Bool) {
        if isPaged, scalar == "\u{0C}" { pageEnds.append(flags.count) }
        let isWhite = scalar.isWhiteSpace
        flags.append(classifier.kind(before: scalar, isWhite: isWhite).rawValue | (isWhite ? Self.whiteSpace : 0))
    }

    private mutating func append(_ grapheme: Substring.UnicodeScalarView, _ classifier: inout BorderClassifier, _ isPaged: Bool) {
        guard let first = grapheme.first else { return }
        // A form feed before a character beyond ASCII.
        if isPaged, first == "\u{0C}" { pageEnds.append(flags.count) }
        let isWhite = grapheme.allSatisfy(\.isWhiteSpace)
        let white = isWhite ? Self.whiteSpace : 0
        flags.append(classifier.kind(before: first, isWhite: isWhite).rawValue | white)
        for _ in grapheme.dropFirst() { flags.append(Kind.none.rawValue | white) }
    }

    func kind(_ offset: Int) -> Kind {
        offset < flags.count ? Kind(rawValue: flags[offset] & ~Self.whiteSpace)! : .grapheme
    }

    private func isWhiteSpace(_ offset: Int) -> Bool { flags[offset] & Self.whiteSpace != 0 }

    func skippingWhiteSpace(_ offset: Int, before end: Int) -> Int {
        var offset = offset
        while offset < end, isWhiteSpace(offset) { offset += 1 }
        return offset
    }

    func trimmingWhiteSpace(_ offset: Int, after start: Int) -> Int {
        var offset = offset
        while offset > start, isWhiteSpace(offset - 1) { offset -= 1 }
        return offset
    }

    /// The last border of the coarsest kind behind the first scalar of `range` and not behind its end.
    ///
    /// Coarse borders count only in the second half (a heading in the last three quarters): a chunk shall be well filled.
    func best(in range: Range<Int>) -> Int? {
        var last = [Int?](repeating: nil, count: 7)
        let half = range.lowerBound + range.count / 2
        let quarter = range.lowerBound + range.count / 4
        var offset = range.upperBound
        var isFound = false
        while offset > range.lowerBound, offset > quarter || !isFound {
            let kind = kind(offset)
            let isFarEnough = kind <= .word || kind == .heading || offset > half
            if kind != .none, isFarEnough, last[Int(kind.rawValue)] == nil {
                last[Int(kind.rawValue)] = offset
                isFound = true
            }
            offset -= 1
        }
        return last.reversed().lazy.compactMap(\.self).first
    }

    /// The first border of this kind or a coarser one.
    func first(_ kind: Kind, in range: Range<Int>) -> Int? {
        range.first { self.kind($0) >= kind && !isWhiteSpace($0) }
    }

    /// The end of the grapheme at `offset`, or `limit` when it is longer.
    func graphemeEnd(_ offset: Int, upTo limit: Int) -> Int {
        var end = offset + 1
        while end < min(limit, count), kind(end) == .none { end += 1 }
        return end
    }

    /// A heading's border is before its line, not before its text (`## Title`).
    private mutating func markHeadings(_ headings: [ExtractedDocument.Heading]) {
        headingLines.reserveCapacity(headings.count)
        var floor = 0
        for heading in headings {
            var start = max(min(heading.offset, flags.count), floor)
            while start > floor, kind(start) < .line { start -= 1 }
            headingLines.append(start)
            if start < flags.count, kind(start) >= .line || start == 0 {
                flags[start] = flags[start] & Self.whiteSpace | Kind.heading.rawValue
            }
            floor = start
        }
    }
}
