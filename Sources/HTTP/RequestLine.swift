internal import HTTPTypes

/// `method SP request-target SP HTTP-version` (RFC 9112 §3), with the target reduced to origin or asterisk form.
struct RequestLine: Sendable {
    let method: HTTPRequest.Method
    /// Origin form (`/path?query`) or `*`.
    let path: String
    /// The authority of an absolute-form target, which replaces Host (RFC 9112 §3.2.2).
    let authority: String?
    /// 0 or 1.
    let minorVersion: Int

    /// `line` has no CRLF and no control characters but perhaps HTAB.
    init(_ line: UnsafeRawBufferPointer) throws(HTTPParseError) {
        guard let first = line.firstIndex(of: Octets.space), let last = line.lastIndex(of: Octets.space), first + 1 < last,
            !line[(first + 1)..<last].contains(Octets.space)
        else { throw .badRequest("the request line is not METHOD target HTTP/1.1 with single spaces") }
        guard let method = HTTPRequest.Method(String(decoding: line[..<first], as: UTF8.self)) else {
            throw .badRequest("the method is not a token")
        }
        self.method = method
        minorVersion = try Self.minorVersion(UnsafeRawBufferPointer(rebasing: line[(last + 1)...]))
        (path, authority) = try Self.target(line[(first + 1)..<last], method)
    }

    /// RFC 9112 §2.3. A higher minor version of HTTP/1 is processed as 1.1 (RFC 9110 §2.5).
    private static func minorVersion(_ version: UnsafeRawBufferPointer) throws(HTTPParseError) -> Int {
        guard version.count == 8, version.starts(with: "HTTP/".utf8), version[6] == UInt8(ascii: "."),
            Octets.isDigit(version[5]), Octets.isDigit(version[7])
        else { throw .badRequest("the request line does not end in an HTTP version") }
        guard version[5] == UInt8(ascii: "1") else {
            throw HTTPParseError(status: 505, reason: "only HTTP/1.1 and HTTP/1.0 are spoken here")
        }
        return version[7] == UInt8(ascii: "0") ? 0 : 1
    }

    /// RFC 9112 §3.2. Every visible ASCII character but `#` may stand in a target, and UTF-8, which common clients send unencoded.
    private static func target(
        _ bytes: Slice<UnsafeRawBufferPointer>, _ method: HTTPRequest.Method
    ) throws(HTTPParseError) -> (path: String, authority: String?) {
        guard method != .connect else { throw HTTPParseError(status: 501, reason: "CONNECT is not supported") }
        guard !bytes.contains(where: { $0 == UInt8(ascii: "#") || $0 == Octets.tab }),
            let target = Octets.text(UnsafeRawBufferPointer(rebasing: bytes))
        else { throw .badRequest("the request target holds a fragment, a tab or octets that are not UTF-8") }
        if bytes.first == Octets.slash { return (target, nil) }
        if target == "*" {
            guard method == .options else { throw .badRequest("the target * is for OPTIONS only") }
            return (target, nil)
        }
        return try absolute(bytes, method)
    }

    /// `http://authority/path?query` (RFC 9112 §3.2.2). User information is refused (RFC 9110 §4.2.4).
    private static func absolute(
        _ bytes: Slice<UnsafeRawBufferPointer>, _ method: HTTPRequest.Method
    ) throws(HTTPParseError) -> (path: String, authority: String?) {
        let refusal = HTTPParseError.badRequest("the request target is neither a path nor an http:// URL")
        guard let colon = bytes.firstIndex(of: Octets.colon) else { throw refusal }
        let scheme = bytes[..<colon]
        guard Octets.equals(scheme, ignoringCase: "http") || Octets.equals(scheme, ignoringCase: "https") else { throw refusal }
        let rest = bytes[(colon + 1)...]
        guard rest.starts(with: "//".utf8) else { throw refusal }
        let afterSlashes = rest.dropFirst(2)
        let end = afterSlashes.firstIndex { $0 == Octets.slash || $0 == UInt8(ascii: "?") } ?? afterSlashes.endIndex
        let authority = afterSlashes[..<end]
        guard Authority.isValid(authority) else {
            throw .badRequest("the authority of the request target is not a host and port")
        }
        let path = String(decoding: afterSlashes[end...], as: UTF8.self)
        return (originForm(path, method), String(decoding: authority, as: UTF8.self))
    }

    /// RFC 9112 §3.2.1 and §3.2.4: an empty path is `/`, or `*` for OPTIONS without a query.
    private static func originForm(_ path: String, _ method: HTTPRequest.Method) -> String {
        if path.isEmpty { return method == .options ? "*" : "/" }
        return path.utf8.first == Octets.slash ? path : "/" + path
    }
}
