@_spi(_Unicode) import Swift

/// Cuts UTF-8 text into BERT's normalised words. ASCII goes byte by byte, runs of other scalars through Unicode's properties.
struct BertScanner: Sendable {
    private enum Action: UInt8 {
        case letter, separator, single, drop
    }

    let options: WordPieceTokenizer.Options
    private let ascii: [Action]

    init(options: WordPieceTokenizer.Options) {
        self.options = options
        ascii = (0..<128).map { Self.asciiAction(UInt8($0)) }
    }

    /// A run that is decomposed at once. The decomposition sorts marks in time that grows with the square of their number; cutting
    /// a run between scalars can only change the order of marks there, and no text has that many.
    private static let runBytesMax = 512

    /// Calls `body` with each word's UTF-8 and its number of scalars; stops when it returns false.
    func words(in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>, Int) -> Bool) {
        var word = Word()
        var at = 0
        while at < text.count {
            guard text[at] >= 0x80 else {
                let byte = text[at]
                at += 1
                guard accept(byte, &word, body) else { return }
                continue
            }
            let start = at
            while at < text.count, text[at] >= 0x80, at - start < Self.runBytesMax || text[at] & 0xC0 == 0x80 { at += 1 }
            // ASCII scalars are starters that nothing composes with, so a run between them decomposes by itself.
            guard accept(String(decoding: text[start..<at], as: UTF8.self), &word, body) else { return }
        }
        _ = word.flush(body)
    }

    /// The word being gathered; what lies past 100 scalars is only counted, since such a word is unknown anyway.
    private struct Word {
        var bytes: [UInt8] = []
        var scalarCount = 0

        mutating func append(_ byte: UInt8) {
            scalarCount += 1
            if scalarCount <= WordPieceTokenizer.wordScalarsMax { bytes.append(byte) }
        }

        mutating func append(_ scalar: Unicode.Scalar) {
            scalarCount += 1
            if scalarCount <= WordPieceTokenizer.wordScalarsMax { bytes.append(contentsOf: UTF8.encode(scalar)!) }
        }

        mutating func flush(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Bool) -> Bool {
            guard scalarCount > 0 else { return true }
            defer {
                bytes.removeAll(keepingCapacity: true)
                scalarCount = 0
            }
            return bytes.withUnsafeBufferPointer { body($0, scalarCount) }
        }
    }

    private func accept(_ byte: UInt8, _ word: inout Word, _ body: (UnsafeBufferPointer<UInt8>, Int) -> Bool) -> Bool {
        switch ascii[Int(byte)] {
        case .letter:
            let isCapital = options.lowerCase && byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            word.append(isCapital ? byte | 0x20 : byte)
            return true
        case .separator:
            return word.flush(body)
        case .single:
            guard word.flush(body) else { return false }
            word.append(byte)
            return word.flush(body)
        case .drop:
            return true
        }
    }

    private func accept(_ run: String, _ word: inout Word, _ body: (UnsafeBufferPointer<UInt8>, Int) -> Bool) -> Bool {
        guard options.stripAccents else {
            for scalar in run.unicodeScalars where !accept(scalar, &word, body) { return false }
            return true
        }
        for scalar in run._nfd where !accept(scalar, &word, body) { return false }
        return true
    }

    private func accept(_ scalar: Unicode.Scalar, _ word: inout Word, _ body: (UnsafeBufferPointer<UInt8>, Int) -> Bool) -> Bool {
        if scalar.isASCII { return accept(UInt8(scalar.value), &word, body) }  // U+037E decomposes to a semicolon
        switch action(scalar) {
        case .letter:
            guard options.lowerCase else {
                word.append(scalar)
                return true
            }
            for lower in scalar.properties.lowercaseMapping.unicodeScalars { word.append(lower) }
            return true
        case .separator:
            return word.flush(body)
        case .single:
            guard word.flush(body) else { return false }
            word.append(scalar)
            return word.flush(body)
        case .drop:
            return true
        }
    }

    private func action(_ scalar: Unicode.Scalar) -> Action {
        if options.spaceIdeographs, Self.isIdeograph(scalar) { return .single }
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse:
            return .drop
        case .nonspacingMark:
            return options.stripAccents ? .drop : .letter
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return .single
        default:
            if scalar == "\u{FFFD}" { return .drop }
            return scalar.properties.isWhitespace ? .separator : .letter
        }
    }

    /// Control characters are dropped except tab and line ends; every other mark that is no letter or digit stands alone.
    private static func asciiAction(_ byte: UInt8) -> Action {
        switch byte {
        case 0x09, 0x0A, 0x0D, 0x20: .separator
        case ..<0x20, 0x7F: .drop
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            .letter
        default: .single
        }
    }

    /// The blocks BERT calls Chinese characters: unified and compatibility ideographs, not kana or hangul.
    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B820...0x2CEAF,
            0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
