/// An absolute http or https URL taken apart, strictly: no user names, no fragment, nothing that two parsers could read differently.
struct HTTPURL: Hashable, Sendable {
    /// `http` or `https`.
    let scheme: String
    /// Lowercase; an IPv6 address without its brackets.
    let host: String
    let port: Int?
    /// Path and query as written; empty or starting with `/`.
    let target: String

    /// Longer is refused.
    static let byteCountMax = 2_048

    /// Nil for anything else than `http(s)://host[:port][/path][?query]` of printable ASCII.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.byteCountMax, bytes.isVisibleASCII, !bytes.contains(where: Self.forbidden.contains)
        else { return nil }
        let head = String(decoding: bytes.prefix(8), as: UTF8.self).lowercased()
        guard let scheme = ["https", "http"].first(where: { head.hasPrefix($0 + "://") }) else { return nil }
        let rest = bytes.dropFirst(scheme.utf8.count + 3)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard let (host, port) = Self.hostAndPort(authority) else { return nil }
        let target = String(decoding: rest[authority.endIndex...], as: UTF8.self)
        guard target.isEmpty || target.utf8.first == UInt8(ascii: "/") else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
        self.target = target
    }

    /// Characters that have no place in a URL (RFC 3986 §2) or, as `\` and `#`, mean different things to different parsers.
    private static let forbidden = Set("\"#<>\\^`{|}".utf8)

    private static func hostAndPort(_ authority: ArraySlice<UInt8>) -> (host: String, port: Int?)? {
        var rest = authority
        let host: ArraySlice<UInt8>
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = rest[(rest.startIndex + 1)..<end]
            rest = rest[(end + 1)...]
            guard !host.isEmpty, host.allSatisfy({ isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return nil }
        } else {
            host = rest.prefix { $0 != UInt8(ascii: ":") }
            rest = rest[host.endIndex...]
            guard !host.isEmpty, host.allSatisfy(isNameByte) else { return nil }
        }
        let name = String(decoding: host, as: UTF8.self).lowercased()
        guard !rest.isEmpty else { return (name, nil) }
        let digits = rest.dropFirst()
        guard rest.first == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(String(decoding: digits, as: UTF8.self)), (1...65_535).contains(port)
        else { return nil }
        return (name, port)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2E || byte == 0x5F
    }
}

extension Sequence<UInt8> {
    /// Printable ASCII without spaces: what can stand in a URL and, as one word, in a header field.
    var isVisibleASCII: Bool { allSatisfy { (0x21...0x7E).contains($0) } }
}
