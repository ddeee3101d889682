internal import HTTPTypes

/// A request that has been checked: what reaches curl can neither be misread nor go to another host than it says.
struct PreparedRequest: Sendable {
    let request: ClientRequest
    let isHTTPS: Bool
    /// Host and port, for errors.
    let host: String

    /// Throws `.invalidRequest`.
    init(_ request: ClientRequest) throws(HTTPClientError) {
        let target = try Self.target(request.url)
        self.request = request
        isHTTPS = target.isHTTPS
        host = target.host
        try checkFraming()
    }

    /// For CURLOPT_CONNECTTIMEOUT_MS, by which curl shares the time among a host's addresses.
    var connectMilliseconds: Int {
        // 0 would mean curl's default of 300 s.
        guard let connect = request.deadlines.connect else { return Self.millisecondsMax }
        return Int(min(max(1, connect / .milliseconds(1)), Double(Self.millisecondsMax)))
    }

    /// 24 days.
    private static let millisecondsMax = Int(Int32.max)

    /// The length of the body is the client's to say: a second opinion would desynchronise the connection (RFC 9112 §11.2).
    private func checkFraming() throws(HTTPClientError) {
        if request.headerFields.contains(.transferEncoding) {
            throw Self.refused("Transfer-Encoding is set by the client, not by the caller", host)
        }
        if let given = request.headerFields[.contentLength], given != String(request.body.count) {
            throw Self.refused("Content-Length does not match the body", host)
        }
        if request.method == .head && !request.body.isEmpty { throw Self.refused("a HEAD request has no body", host) }
        if request.method == .connect { throw Self.refused("CONNECT is not a request to a server", host) }
    }

    private static func target(_ url: String) throws(HTTPClientError) -> (isHTTPS: Bool, host: String) {
        let bytes = Array(url.utf8)
        guard bytes.count <= ClientLimits.urlBytesMax else { throw refused("the URL is too long") }
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw refused("the URL holds a blank, a control character or a non-ASCII character: percent-encode it")
        }
        let scheme = bytes.prefix { $0 != UInt8(ascii: ":") }.map { $0 | 0x20 }
        let isHTTPS = scheme == Array("https".utf8)
        guard isHTTPS || scheme == Array("http".utf8), bytes.dropFirst(scheme.count).starts(with: Array("://".utf8)) else {
            throw refused("the URL begins neither with http:// nor with https://")
        }
        let authority = bytes.dropFirst(scheme.count + 3).prefix { !Array("/?#".utf8).contains($0) }
        guard !authority.isEmpty else { throw refused("the URL names no host") }
        guard !authority.contains(UInt8(ascii: "@")) else {
            throw refused("the URL holds credentials: send them as a header field")
        }
        // Others end the host there; curl takes what stands before an `@` further on for a user's name.
        guard !authority.contains(UInt8(ascii: "\\")) else { throw refused("the URL's host holds a backslash") }
        return (isHTTPS, hostAndPort(authority, isHTTPS: isHTTPS))
    }

    private static func hostAndPort(_ authority: ArraySlice<UInt8>, isHTTPS: Bool) -> String {
        let text = String(decoding: authority, as: UTF8.self)
        // A colon inside brackets belongs to an IPv6 address.
        let afterBracket = authority.lastIndex(of: UInt8(ascii: "]")).map { authority[$0...] } ?? authority
        guard let colon = afterBracket.lastIndex(of: UInt8(ascii: ":")) else { return text + (isHTTPS ? ":443" : ":80") }
        return colon + 1 == authority.endIndex ? text + (isHTTPS ? "443" : "80") : text
    }

    private static func refused(_ message: String, _ host: String = "") -> HTTPClientError {
        HTTPClientError(.invalidRequest, phase: .connect, host: host, message: message)
    }
}
