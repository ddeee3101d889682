/// A file's bytes to normalised text: LF line ends, no form feed, no NUL.
///
/// A byte order mark decides, then the declared encoding, then valid UTF-8, and what is left is read as windows-1252 (a superset of
/// Latin-1's printable part).
struct TextDecoder {
    var declared: CharacterEncoding?

    func decode(_ bytes: [UInt8]) throws(ExtractionError) -> String {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return try normalized(utf8(bytes.dropFirst(3))) }
        if bytes.starts(with: [0xFF, 0xFE]) { return try normalized(utf16(bytes, low: 0, high: 1)) }
        if bytes.starts(with: [0xFE, 0xFF]) { return try normalized(utf16(bytes, low: 1, high: 0)) }
        switch declared {
        case .windows1252: return try normalized(windows1252(bytes))
        case .utf8: return try normalized(utf8(bytes[...]))
        case .other, nil: break
        }
        if let text = String(validating: bytes, as: UTF8.self) { return try normalized(text) }
        if case .other(let label) = declared {
            throw ExtractionError(.unsupported, "The encoding \(label) is not supported. Save the file as UTF-8.")
        }
        return try normalized(isMostlyUTF8(bytes) ? utf8(bytes[...]) : windows1252(bytes))
    }

    private func utf8(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private func utf16(_ bytes: [UInt8], low: Int, high: Int) -> String {
        let units = stride(from: 2, to: bytes.count - 1, by: 2).lazy.map {
            UInt16(bytes[$0 + low]) | UInt16(bytes[$0 + high]) << 8
        }
        return String(decoding: Array(units), as: UTF16.self)
    }

    private func windows1252(_ bytes: [UInt8]) -> String {
        let units = bytes.lazy.map { byte in
            0x80...0x9F ~= byte ? CharacterEncoding.windows1252High[Int(byte) - 0x80] : UInt16(byte)
        }
        return String(decoding: Array(units), as: UTF16.self)
    }

    /// One broken sequence (a truncated download, a bad concatenation) must not turn a whole UTF-8 text into mojibake.
    private func isMostlyUTF8(_ bytes: [UInt8]) -> Bool {
        var (broken, intact) = (0, 0)
        for scalar in utf8(bytes[...]).unicodeScalars where !scalar.isASCII {
            if scalar == "\u{FFFD}" { broken += 1 } else { intact += 1 }
        }
        return broken * 4 <= intact
    }

    /// CR and CRLF become LF, form feed LF, NUL U+FFFD; too many control characters mean that this is no text.
    private func normalized(_ text: String) throws(ExtractionError) -> String {
        var text = text
        var (controls, changes) = (0, 0)
        text.withUTF8 { bytes in
            for byte in bytes where byte < 0x20 {
                switch byte {
                case 0x09, 0x0A: break
                case 0x0C, 0x0D: changes += 1
                // ESC and BS occur in terminal logs and old manual pages.
                case 0x08, 0x1B: break
                case 0: (controls, changes) = (controls + 16, changes + 1)
                default: controls += 1
                }
            }
        }
        // A text file has next to none: allow a sixteenth of the bytes, and a sixteenth of that for NULs.
        guard controls * 16 <= max(text.utf8.count, 256) else {
            throw ExtractionError(.damaged, "The file is binary, not text: it holds too many control characters.")
        }
        return changes == 0 ? text : replacingLineEnds(text)
    }

    private func replacingLineEnds(_ text: String) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        var isAfterCR = false
        for byte in text.utf8 {
            switch byte {
            case 0x0A: if !isAfterCR { output.append(0x0A) }
            case 0x0C, 0x0D: output.append(0x0A)
            case 0: output.append(contentsOf: [0xEF, 0xBF, 0xBD])
            default: output.append(byte)
            }
            isAfterCR = byte == 0x0D
        }
        return String(decoding: output, as: UTF8.self)
    }
}
