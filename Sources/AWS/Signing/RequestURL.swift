/// The parts of an absolute URL that a signature covers, byte for byte as libcurl sends them.
struct RequestURL {
    let isTLS: Bool
    /// The value of the `Host` field: the host as it is spelt, the port unless it is the scheme's, no user information.
    let host: [UInt8]
    /// Empty when the URL has none; `/` is sent then.
    let path: ArraySlice<UInt8>
    /// Without its `?`; empty when the URL has none.
    let query: ArraySlice<UInt8>
    /// All but the fragment, which is not sent.
    let sent: ArraySlice<UInt8>

    init(_ url: String) {
        let bytes = Array(url.utf8)
        sent = bytes.prefix { $0 != UInt8(ascii: "#") }
        let scheme = sent.prefix { $0 != UInt8(ascii: ":") }
        isTLS = scheme.count == 5
        let rest = sent.dropFirst(scheme.count + 3)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        host = Self.hostField(authority, defaultPort: isTLS ? 443 : 80)
        let target = rest[authority.endIndex...]
        path = target.prefix { $0 != UInt8(ascii: "?") }
        query = target[path.endIndex...].dropFirst()
    }

    /// As `Curl_http_host` builds it: upper case stays, a default port goes, leading zeros of a port go.
    private static func hostField(_ authority: ArraySlice<UInt8>, defaultPort: Int) -> [UInt8] {
        let start = authority.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? authority.startIndex
        let hostAndPort = authority[start...]
        // The colons of an IPv6 address stand inside its brackets.
        let afterAddress = hostAndPort.lastIndex(of: UInt8(ascii: "]")) ?? hostAndPort.startIndex
        guard let colon = hostAndPort[afterAddress...].lastIndex(of: UInt8(ascii: ":")) else { return Array(hostAndPort) }
        let host = Array(hostAndPort[..<colon])
        guard let port = Int(String(decoding: hostAndPort[(colon + 1)...], as: UTF8.self)), port != defaultPort else {
            return host
        }
        return host + Array(":\(port)".utf8)
    }
}
