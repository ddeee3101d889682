/// How chunks stand in the full-text tables. A released rule is final: rows are deleted by giving the same text again.
enum FullText {
    /// What is indexed beside the text: file name and headings.
    static func context(filename: String, headings: [String]) -> String {
        ([filename] + headings).joined(separator: "\n")
    }

    /// With two spaces behind it, the last one or two characters begin a trigram of their own and can be found by prefix.
    static func padded(_ text: String) -> String { text + "  " }
}

/// Chinese, Japanese and Korean, which are written without spaces between words (or with endings glued on).
enum CJK {
    static func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x11FF,  // Hangul Jamo
            0x3005...0x3007,  // iteration mark, closing mark, zero
            0x3040...0x30FF,  // Hiragana, Katakana
            0x3105...0x312F, 0x31A0...0x31BF,  // Bopomofo
            0x3131...0x318E, 0x31F0...0x31FF,  // compatibility Jamo, Katakana extensions
            0x3400...0x4DBF, 0x4E00...0x9FFF,  // ideographs
            0xA960...0xA97F, 0xAC00...0xD7FF,  // Hangul
            0xF900...0xFAFF, 0xFF66...0xFF9F,  // compatibility ideographs, half-width Katakana
            0x20000...0x3FFFF:
            true
        default: false
        }
    }

    static func isIn(_ text: String) -> Bool { text.unicodeScalars.contains(where: contains) }
}
