/// JSON as readable lines.
///
/// A file that already has lines keeps its layout, so that a citation is verbatim for whoever opens it; a minified one is one endless
/// line that no border could split, so it is indented. In both, `\uXXXX` escapes of printable characters beyond ASCII are decoded
/// (RFC 8259 §7): most writers escape every accent, and nobody searches for `\u00e9`. What is not JSON is kept as plain text.
struct JSONText {
    private let bytes: [UInt8]
    private let isIndenting: Bool
    private var output: TextBuffer
    private var position = 0
    /// True for an object, false for an array.
    private var open: [Bool] = []
    /// The reader was told too much: this is no JSON.
    private struct NotJSON: Error {}

    /// Nesting beyond this is kept as plain text.
    static let depthMax = 512
    /// Deeper levels share one indentation, or the white space would grow with the square of the depth.
    private static let indentedDepthMax = 32

    static func document(_ text: String, limits: TextExtractor.Limits) throws -> ExtractedDocument {
        let bytes = Array(text.utf8)
        let hasLines = bytes[...].trimmingASCIISpace.contains(0x0A)
        var writer = JSONText(
            bytes: bytes, isIndenting: !hasLines, output: TextBuffer(byteCountMax: limits.textBytesMax))
        do {
            try writer.write()
            return ExtractedDocument(text: writer.output.text)
        } catch is NotJSON {
            return ExtractedDocument(text: text)
        }
    }

    private init(bytes: [UInt8], isIndenting: Bool, output: TextBuffer) {
        self.bytes = bytes
        self.isIndenting = isIndenting
        self.output = output
    }

    /// Checks brackets and strings, which is what the layout rests on; numbers and literals pass through as they stand.
    private mutating func write() throws {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): try writeString()
            case UInt8(ascii: "{"), UInt8(ascii: "["): try writeOpen(byte)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): try writeClose(byte)
            case UInt8(ascii: ","):
                try output.append(byte)
                try breakLine()
            case UInt8(ascii: ":"):
                try output.append(byte)
                if isIndenting { try output.append(0x20) }
            case _ where byte.isASCIISpace:
                if !isIndenting { try output.append(byte) }
            case _ where byte.isASCIILetter || byte.isASCIIDigit || byte == 0x2B || byte == 0x2D || byte == 0x2E:
                try output.append(byte)
            default: throw NotJSON()
            }
        }
        guard open.isEmpty else { throw NotJSON() }
        if isIndenting { try output.append(0x0A) }
    }

    private mutating func writeOpen(_ byte: UInt8) throws {
        guard open.count < Self.depthMax else { throw NotJSON() }
        try output.append(byte)
        let next = bytes[position...].first { !$0.isASCIISpace }
        open.append(byte == UInt8(ascii: "{"))
        let isEmpty = next == UInt8(ascii: "}") || next == UInt8(ascii: "]")
        if !isEmpty { try breakLine() }
    }

    private mutating func writeClose(_ byte: UInt8) throws {
        guard let isObject = open.popLast(), isObject == (byte == UInt8(ascii: "}")) else { throw NotJSON() }
        let last = output.bytes.last
        let isEmpty = last == UInt8(ascii: "{") || last == UInt8(ascii: "[")
        if !isEmpty { try breakLine() }
        try output.append(byte)
    }

    private mutating func breakLine() throws {
        guard isIndenting else { return }
        try output.append(0x0A)
        for _ in 0..<min(open.count, Self.indentedDepthMax) { try output.append(contentsOf: [0x20, 0x20]) }
    }

    private mutating func writeString() throws {
        try output.append(0x22)
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x22:
                try output.append(byte)
                return
            case UInt8(ascii: "\\"): try writeEscape()
            default: try output.append(byte)
            }
        }
        throw NotJSON()
    }

    /// `position` is after the backslash. Escapes that JSON needs (quotes, controls, ASCII) stay as they are.
    private mutating func writeEscape() throws {
        guard position < bytes.count else { throw NotJSON() }
        if let (scalar, byteCount) = escapedScalar(), scalar.value >= 0xA0, scalar != "\u{2028}", scalar != "\u{2029}" {
            position += byteCount
            try output.append(scalar)
        } else {
            try output.append(contentsOf: [UInt8(ascii: "\\"), bytes[position]])
            position += 1
        }
    }

    /// `uXXXX`, or a surrogate pair `uD8XX\uDCXX`.
    private func escapedScalar() -> (Unicode.Scalar, byteCount: Int)? {
        guard let high = unit(at: position) else { return nil }
        if let scalar = Unicode.Scalar(high) { return (scalar, 5) }
        guard high < 0xDC00, position + 5 < bytes.count, bytes[position + 5] == UInt8(ascii: "\\"),
            let low = unit(at: position + 6), 0xDC00...0xDFFF ~= low
        else { return nil }
        let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
        return Unicode.Scalar(value).map { ($0, 11) }
    }

    private func unit(at index: Int) -> UInt16? {
        guard index + 5 <= bytes.count, bytes[index] == UInt8(ascii: "u") else { return nil }
        let digits = bytes[(index + 1)..<(index + 5)]
        guard digits.allSatisfy({ $0.isASCIIDigit || 0x61...0x66 ~= $0 | 0x20 }) else { return nil }
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
