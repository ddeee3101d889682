/// The address of a document that is kept elsewhere. It comes with the document, so nobody vouches for it.
enum SourceAddress {
    /// Nothing that a browser would run. In lower case.
    static let schemes = ["https://", "http://", "s3://"]
    static let byteCountMax = 4_096

    /// `uri` as a URL that can stand in HTML and Markdown; nil when it has another scheme or is too long.
    ///
    /// What RFC 3986 §2 does not allow is percent-encoded, as object keys hold spaces and any letters; so are parentheses and
    /// quotes, which end a link in a text.
    static func link(_ uri: String) -> String? {
        let bytes = Array(uri.utf8.prefix(byteCountMax + 1))
        guard bytes.count <= byteCountMax, schemes.contains(where: { begins(bytes, with: $0) }) else { return nil }
        var link: [UInt8] = []
        link.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            if isAllowed(byte) || (byte == UInt8(ascii: "%") && isEscape(bytes[index...])) {
                link.append(byte)
            } else {
                link += "%\(Hex.encode([byte]).uppercased())".utf8
            }
        }
        return String(decoding: link, as: UTF8.self)
    }

    /// With something behind it.
    private static func begins(_ bytes: [UInt8], with scheme: String) -> Bool {
        bytes.count > scheme.utf8.count
            && zip(bytes, scheme.utf8).allSatisfy { $0 == $1 || (isUpperCase($0) && $0 | 0x20 == $1) }
    }

    private static func isUpperCase(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    private static let signs = Set(#"-._~:/?#[]@!$&*+,;="#.utf8)

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: signs.contains(byte)
        }
    }

    /// Whether it begins with `%` and two hexadecimal digits.
    private static func isEscape(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digits = bytes.dropFirst().prefix(2)
        return digits.count == 2 && digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }
}
