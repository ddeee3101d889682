internal import HTTP
internal import HTTPTypes
internal import RAG

/// Under which names this server answers where it asks for no keys.
///
/// Against DNS rebinding: a web page whose own name is made to lead to 127.0.0.1 counts as the same origin for a browser, so only
/// the `Host` it sends, the page's name, tells it from a program on this machine.
struct HostPolicy: Sendable {
    /// Lower-case; nil lets every host in.
    private let hosts: Set<String>?

    init(_ settings: ServerSettings) {
        guard settings.checksHost, settings.apiKeys.isEmpty else {
            hosts = nil
            return
        }
        let known = ["localhost"] + [settings.publicURL.flatMap(Self.authority)].compactMap(\.self)
        hosts = Set(known.map(Self.host))
    }

    /// Throws `.forbidden` for a host that is not ours. A request without one comes from no browser.
    func check(_ request: HTTPRequest) throws {
        guard let hosts, let authority = request.authority else { return }
        let host = Self.host(authority)
        guard !hosts.contains(host), !Self.isNumeric(host) else { return }
        throw OutcropFailure(
            .forbidden, code: "unknown_host",
            """
            Without API keys this server answers only under its own names, and \(host.prefix(100)) is none of them. \
            Set OUTCROP_PUBLIC_URL to the address it is reached at, or OUTCROP_API_KEYS to ask for keys.
            """)
    }

    /// `docs.example.com:8443` of `https://docs.example.com:8443/path`.
    static func authority(_ url: String) -> String? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        return String(url[scheme.upperBound...].prefix { !"/?#".contains($0) })
    }

    /// Without the port, in lower case. The parser lets nothing but ASCII through as an authority.
    private static func host(_ authority: String) -> String {
        let end =
            authority.first == "[" ? authority.firstIndex(of: "]").map(authority.index(after:)) : authority.firstIndex(of: ":")
        return authority[..<(end ?? authority.endIndex)].lowercased()
    }

    /// `[::1]`, or four decimal parts as browsers write them; `127.evil.example` is a name.
    private static func isNumeric(_ host: String) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]") { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil }
    }
}
