/// Reads the frame that nearly every token comes in, `{"contentBlockIndex":0,"delta":{"text":"…"},"p":"abc"}`, without JSONDecoder.
///
/// Members may come in any order and with spaces. `p` is padding that hides the token's length. Whatever is not exactly of this form,
/// broken JSON included, is left to the decoder: it has the last word on what is valid.
struct TextDeltaScanner {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// nil when the decoder has to look at it.
    static func scan(_ payload: ArraySlice<UInt8>) -> (index: Int, text: String)? {
        var scanner = TextDeltaScanner(payload)
        return scanner.frame()
    }

    private mutating func frame() -> (index: Int, text: String)? {
        var index: Int?
        var text: String?
        var sawPadding = false
        guard take("{") else { return nil }
        repeat {
            guard let name = plainString(), take(":") else { return nil }
            if index == nil, name.elementsEqual("contentBlockIndex".utf8) {
                index = integer()
                guard index != nil else { return nil }
            } else if text == nil, name.elementsEqual("delta".utf8) {
                text = delta()
                guard text != nil else { return nil }
            } else if !sawPadding, name.elementsEqual("p".utf8), plainString() != nil {
                sawPadding = true
            } else {
                return nil
            }
        } while take(",")
        guard take("}"), isAtEnd(), let index, let text else { return nil }
        return (index, text)
    }

    /// `{"text":"…"}`.
    private mutating func delta() -> String? {
        guard take("{"), let name = plainString(), name.elementsEqual("text".utf8), take(":"), let text = string(), take("}")
        else { return nil }
        return text
    }

    private mutating func isAtEnd() -> Bool {
        skipSpace()
        return position == bytes.endIndex
    }

    private mutating func skipSpace() {
        while position < bytes.endIndex {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Spaces and then this character.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// A number of at most nine digits: no fraction, exponent, sign or leading zero.
    private mutating func integer() -> Int? {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.endIndex, case let digit = Int(bytes[position]) - 0x30, (0...9).contains(digit),
            position - start < 9
        {
            value = value * 10 + digit
            position += 1
        }
        guard position > start, bytes[start] != UInt8(ascii: "0") || position == start + 1 else { return nil }
        return value
    }

    /// The bytes of a string of printable ASCII without escapes.
    private mutating func plainString() -> ArraySlice<UInt8>? {
        guard take("\"") else { return nil }
        let start = position
        while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") {
            let byte = bytes[position]
            guard (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "\\") else { return nil }
            position += 1
        }
        guard position < bytes.endIndex else { return nil }
        position += 1
        return bytes[start..<position - 1]
    }

    /// Any JSON string (RFC 8259 §7). Lone surrogates, unknown escapes, control characters and bytes that are no UTF-8 are refused.
    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        let start = position
        while position < bytes.endIndex {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return String(validating: bytes[start..<position - 1], as: UTF8.self)
            case UInt8(ascii: "\\"): return escapedString(from: start)
            case 0..<0x20: return nil
            default: position += 1
            }
        }
        return nil
    }

    /// The rest of a string that started at `start` and has its first escape here.
    private mutating func escapedString(from start: Int) -> String? {
        var text = Array(bytes[start..<position])
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                UTF8.encode(scalar).map { text.append(contentsOf: $0) }
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    /// What follows a backslash.
    private mutating func escape() -> Unicode.Scalar? {
        guard position < bytes.endIndex else { return nil }
        position += 1
        switch bytes[position - 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return hexScalar()
        default: return nil
        }
    }

    /// Four hexadecimal digits, or a surrogate pair with the second half in an escape of its own.
    private mutating func hexScalar() -> Unicode.Scalar? {
        guard let first = hexDigits() else { return nil }
        guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) }
        guard position + 1 < bytes.endIndex, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        position += 2
        guard let second = hexDigits(), second & 0xFC00 == 0xDC00 else { return nil }
        return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF)
    }

    private mutating func hexDigits() -> UInt32? {
        guard position + 4 <= bytes.endIndex else { return nil }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        position += 4
        return value
    }
}
