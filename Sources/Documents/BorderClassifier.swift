/// Names the border before each grapheme, going forward once.
struct BorderClassifier {
    private enum State {
        case inWord, afterSpace
        /// After `.`, `!`, `?` or `…` and closing quotes or brackets.
        case afterStop(isPeriod: Bool)
        /// The same, and white space behind it.
        case afterStopAndSpace(isPeriod: Bool)
        /// After 。！？, which need no space.
        case afterWideStop
    }

    private var state = State.afterSpace
    private var lineEnds = 0
    private var isAtStart = true
    private var isAfterIdeograph = false

    /// `scalar` is the first of its grapheme.
    mutating func kind(before scalar: Unicode.Scalar, isWhite: Bool) -> TextBorders.Kind {
        defer { advance(scalar, isWhite: isWhite) }
        if isAtStart { return .paragraph }
        // The line's own indentation belongs to it: the border is before the white space, right after the line end.
        if lineEnds > 0, !isWhite || isAfterLineEnd { return lineEnds > 1 ? .paragraph : .line }
        if isWhite { return .grapheme }
        switch state {
        case .afterWideStop where !scalar.isClosing: return .sentence
        // "e.g. this" and "approx. 5 km": a sentence does not begin in lower case.
        case .afterStopAndSpace(let isPeriod): return isPeriod && scalar.properties.isLowercase ? .word : .sentence
        case .afterSpace: return .word
        default: return isAfterIdeograph || scalar.isIdeographic ? .word : .grapheme
        }
    }

    private var isAfterLineEnd = false

    private mutating func advance(_ scalar: Unicode.Scalar, isWhite: Bool) {
        isAtStart = false
        isAfterIdeograph = scalar.isIdeographic
        isAfterLineEnd = false
        if isWhite {
            if scalar.isLineEnd { (lineEnds, isAfterLineEnd) = (lineEnds + 1, true) }
            switch state {
            case .afterStop(let isPeriod): state = .afterStopAndSpace(isPeriod: isPeriod)
            case .inWord: state = .afterSpace
            case .afterSpace, .afterStopAndSpace, .afterWideStop: break
            }
            return
        }
        lineEnds = 0
        switch scalar {
        case ".": state = .afterStop(isPeriod: true)
        case "!", "?", "…": state = .afterStop(isPeriod: false)
        case "。", "！", "？", "｡": state = .afterWideStop
        case _ where scalar.isClosing:
            switch state {
            case .afterStop, .afterWideStop: break
            default: state = .inWord
            }
        default: state = .inWord
        }
    }
}

extension Unicode.Scalar {
    /// White_Space of Unicode, written out: the table look-up took a quarter of the chunker's time.
    var isWhiteSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    var isLineEnd: Bool {
        switch value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Whether two such scalars side by side are always two graphemes, which spares the look-up: those of the property value
    /// Grapheme_Cluster_Break=Other that are common, line feeds, and Hangul syllables (UAX #29, GB999, GB5, GB6–8).
    var joinsNoNeighbour: Bool {
        switch value {
        case 0x20..<0x7F, 0x0A, 0x09, 0x0C, 0xC0...0x2FF, 0x370...0x482, 0x48A...0x52F: true
        case 0x2010...0x2027, 0x3001...0x3020, 0x3041...0x3096, 0x309B...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF: true
        case 0xAC00...0xD7A3, 0xFF01...0xFF60: true
        default: false
        }
    }

    fileprivate var isClosing: Bool {
        switch self {
        case "\"", "'", ")", "]", "}", "»", "”", "’", "」", "』", "）", "】", "》": true
        default: false
        }
    }

    /// Scripts written without spaces: kana, Han, and Hangul for good measure; a line may break before and after each.
    fileprivate var isIdeographic: Bool {
        switch value {
        case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
