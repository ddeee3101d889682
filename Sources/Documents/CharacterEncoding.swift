/// The encodings that are understood, by the labels of the WHATWG Encoding Standard §4.2.
enum CharacterEncoding: Hashable {
    case utf8, windows1252
    /// Declared, but not readable here.
    case other(String)

    init(label: String) {
        switch label.lowercased() {
        // "utf-16" in a meta element means UTF-8: the declaration was read as ASCII (HTML §13.2.3.2).
        case "utf-8", "utf8", "utf-16", "utf-16le", "utf-16be": self = .utf8
        case "iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "windows-1252", "cp1252", "us-ascii", "ascii":
            self = .windows1252
        case let label: self = .other(label)
        }
    }

    /// The `charset=` or XML `encoding=` within the first 1024 bytes (HTML §13.2.3.2 prescan, without its attribute grammar).
    static func declaredInHTML(_ bytes: [UInt8]) -> CharacterEncoding? {
        let head = bytes.prefix(1_024).map(\.asciiLowercased)
        for key in ["charset", "encoding"] {
            if let label = value(of: Array(key.utf8), in: head) { return CharacterEncoding(label: label) }
        }
        return nil
    }

    private static func value(of key: [UInt8], in head: [UInt8]) -> String? {
        guard head.count > key.count else { return nil }
        for start in 0..<(head.count - key.count) where head[start..<(start + key.count)].elementsEqual(key) {
            var rest = head[(start + key.count)...].drop(while: \.isASCIISpace)
            guard rest.popFirst() == UInt8(ascii: "=") else { continue }
            let label = rest.drop { $0.isASCIISpace || $0 == 0x22 || $0 == 0x27 }
                .prefix { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D || $0 == 0x5F }
            if !label.isEmpty { return String(decoding: label, as: UTF8.self) }
        }
        return nil
    }

    /// 0x80–0x9F of windows-1252; the five unassigned bytes are C1 controls (Encoding Standard, index-windows-1252).
    static let windows1252High: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178,
    ]
}
