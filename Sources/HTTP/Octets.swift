/// The octet classes of RFC 9110 §5.6 and RFC 3986 §2, and comparisons over raw bytes.
enum Octets {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let slash = UInt8(ascii: "/")

    /// The octets that may stand in a token, one bit each: bit `i` of `low` is octet `i`, bit `i` of `high` octet `64 + i`.
    private static let tokenBits = bits(of: "!#$%&'*+-.^_`|~" + letters + digits)
    /// unreserved and sub-delims (RFC 3986 §2.2, §2.3), the octets of a reg-name besides `%`.
    private static let regNameBits = bits(of: "-._~!$&'()*+,;=" + letters + digits)
    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    private static let digits = "0123456789"

    private static func bits(of characters: String) -> (low: UInt64, high: UInt64) {
        var set: (low: UInt64, high: UInt64) = (0, 0)
        for byte in characters.utf8 {
            if byte < 64 { set.low |= 1 << UInt64(byte) } else { set.high |= 1 << UInt64(byte & 63) }
        }
        return set
    }

    private static func contains(_ set: (low: UInt64, high: UInt64), _ byte: UInt8) -> Bool {
        byte < 0x80 && ((byte < 64 ? set.low : set.high) >> UInt64(byte & 63)) & 1 == 1
    }

    /// tchar (RFC 9110 §5.6.2).
    static func isToken(_ byte: UInt8) -> Bool { contains(tokenBits, byte) }

    static func isRegName(_ byte: UInt8) -> Bool { contains(regNameBits, byte) }

    /// CTL other than HTAB: the octets no field value or request line may hold (RFC 9110 §5.5).
    static func isControl(_ byte: UInt8) -> Bool { (byte < 0x20 && byte != tab) || byte == 0x7F }

    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool { isDigit(byte) || lowercased(byte) &- 0x61 < 26 }

    /// The value of a hexadecimal digit, nil for any other octet.
    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// ASCII case-insensitive; `lowercase` must be lower case.
    static func equals(_ bytes: some Collection<UInt8>, ignoringCase lowercase: StaticString) -> Bool {
        lowercase.withUTF8Buffer { expected in
            bytes.count == expected.count && zip(bytes, expected).allSatisfy { lowercased($0) == $1 }
        }
    }

    /// Without white space (SP, HTAB) at either end.
    static func trimmed<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence {
        var slice = bytes[...]
        while let first = slice.first, isBlank(first) { slice.removeFirst() }
        while let last = slice.last, isBlank(last) { slice.removeLast() }
        return slice
    }
}
