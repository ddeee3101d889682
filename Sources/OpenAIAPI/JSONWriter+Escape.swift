extension JSONWriter {
    /// Appends `text` as a JSON string, quotes included (RFC 8259 §7).
    ///
    /// Runs of bytes that stand for themselves are copied whole; almost every answer is one run.
    package static func appendEscaped(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { appendEscaped($0, to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        var runStart = 0
        var index = 0
        while index < text.count {
            let escapedCount = escapedByteCount(text, at: index)
            if escapedCount > 0 {
                bytes.append(contentsOf: text[runStart..<index])
                appendEscape(text, at: index, to: &bytes)
                index += escapedCount
                runStart = index
            } else {
                index += 1
            }
        }
        bytes.append(contentsOf: text[runStart..<text.count])
    }

    /// How many bytes at `index` must be replaced together: 0 none, 1 an ASCII character, 3 U+2028 or U+2029 (E2 80 A8/A9).
    private static func escapedByteCount(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        switch text[index] {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F: 1
        case 0xE2 where index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] & 0xFE == 0xA8: 3
        default: 0
        }
    }

    private static func appendEscape(_ text: UnsafeBufferPointer<UInt8>, at index: Int, to bytes: inout [UInt8]) {
        switch text[index] {
        case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
        case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
        case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
        case UInt8(ascii: "\r"): bytes.append(contentsOf: #"\r"#.utf8)
        case UInt8(ascii: "\t"): bytes.append(contentsOf: #"\t"#.utf8)
        case 0xE2: bytes.append(contentsOf: text[index + 2] == 0xA8 ? #"\u2028"#.utf8 : #"\u2029"#.utf8)
        case let control:
            let hex = String(control, radix: 16)
            bytes.append(contentsOf: (control < 0x10 ? #"\u000"# : #"\u00"#).utf8)
            bytes.append(contentsOf: hex.utf8)
        }
    }
}
