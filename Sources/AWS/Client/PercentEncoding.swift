/// RFC 3986 §2.3 percent-encoding as SigV4 wants it: everything but `A–Z a–z 0–9 - . _ ~` becomes `%XX` in capitals.
package enum PercentEncoding {
    /// Encodes `/` too: an ARN in a path becomes one segment.
    package static func segment(_ text: String) -> String { encoded(text, keepsSlash: false) }
    /// Keeps `/`: an S3 key.
    package static func path(_ text: String) -> String { encoded(text, keepsSlash: true) }

    private static func encoded(_ text: String, keepsSlash: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3 / 2)
        append(text.utf8, keepsSlash: keepsSlash, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Encodes every byte that is not unreserved, `%` too: what is encoded already is encoded once more.
    static func append(_ text: some Sequence<UInt8>, keepsSlash: Bool, to bytes: inout [UInt8]) {
        for byte in text {
            if isUnreserved(byte) || keepsSlash && byte == UInt8(ascii: "/") {
                bytes.append(byte)
            } else {
                appendEscape(byte, to: &bytes)
            }
        }
    }

    /// Gives text that may hold escapes its one canonical form: escapes of unreserved bytes are undone, the others are
    /// written in capitals, and bytes that had to be escaped and were not are.
    static func appendCanonical(_ text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        var index = text.startIndex
        while index < text.endIndex {
            var byte = text[index]
            let isEscape = byte == UInt8(ascii: "%") && index + 2 < text.endIndex
            if isEscape, let high = nibble(text[index + 1]), let low = nibble(text[index + 2]) {
                byte = high << 4 | low
                index += 2
            }
            index += 1
            if isUnreserved(byte) { bytes.append(byte) } else { appendEscape(byte, to: &bytes) }
        }
    }

    private static func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "%"))
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 15))
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
