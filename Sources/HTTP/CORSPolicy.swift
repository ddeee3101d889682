package import HTTPTypes

/// Which web pages may call the server (Fetch standard, "CORS protocol"). Pure functions from request fields to response fields.
///
/// Credentials are never allowed: a page must send its key itself in `Authorization`, so no cookie can be used against a user.
package struct CORSPolicy: Hashable, Sendable {
    /// No page of another origin may read an answer: no CORS field is ever sent.
    package static let off = CORSPolicy()

    /// Seconds a browser may remember a preflight.
    package static let maxAgeSeconds = 600
    /// Longest `Access-Control-Request-Headers` that is granted.
    package static let requestHeadersBytesMax = 4_096
    private var origins: Set<String> = []
    private var allowsAny = false
    private var exposedFields = ""

    private init() {}

    /// `origins` such as `https://app.example.com`, or `*` for every origin; none is `off`. Throws with the remedy when one is not an origin.
    /// `exposing`: response fields that pages may read beside the safelisted ones; each is named, as `*` would not cover requests with a key.
    package init(origins: [String], exposing fields: [HTTPField.Name] = []) throws(CORSPolicyError) {
        exposedFields = fields.map(\.canonicalName).joined(separator: ", ")
        for origin in origins {
            if origin == "*" {
                allowsAny = true
                continue
            }
            guard let normal = Self.normalized(origin) else { throw CORSPolicyError(origin: origin) }
            self.origins.insert(normal)
        }
    }

    /// False when nothing is ever allowed.
    package var isOn: Bool { allowsAny || !origins.isEmpty }

    /// Fields to add to the actual response; empty without a permitted `Origin`.
    /// With a list of origins `Vary: Origin` is always there, since the answer depends on it for caches.
    package func responseFields(_ request: HTTPRequest) -> HTTPFields {
        guard isOn else { return [:] }
        var fields: HTTPFields = allowsAny ? [:] : [.vary: "Origin"]
        guard let granted = grantedOrigin(request) else { return fields }
        fields[.accessControlAllowOrigin] = granted
        if !exposedFields.isEmpty { fields[.accessControlExposeHeaders] = exposedFields }
        return fields
    }

    /// Fields of the 204 that answers a preflight for a path with these methods; nil when the request is no preflight or the policy is off.
    /// A preflight of an origin or header that is not permitted gets no grant, so the browser refuses.
    package func preflightFields(_ request: HTTPRequest, allow methods: [HTTPRequest.Method]) -> HTTPFields? {
        guard isOn, Self.isPreflight(request) else { return nil }
        var fields: HTTPFields = [.vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"]
        guard let granted = grantedOrigin(request), let headers = Self.requestedHeaders(request) else { return fields }
        fields[.accessControlAllowOrigin] = granted
        fields[.accessControlAllowMethods] = methods.map(\.rawValue).joined(separator: ", ")
        // `*` does not cover Authorization (Fetch standard), so the requested names are granted by name.
        if !headers.isEmpty { fields[.accessControlAllowHeaders] = headers }
        fields[.accessControlMaxAge] = String(Self.maxAgeSeconds)
        return fields
    }

    /// OPTIONS with `Origin` and `Access-Control-Request-Method`.
    package static func isPreflight(_ request: HTTPRequest) -> Bool {
        request.method == .options && request.headerFields.contains(.origin)
            && request.headerFields.contains(.accessControlRequestMethod)
    }

    /// What `Access-Control-Allow-Origin` says to this request; nil for an origin that is not permitted, or none.
    package func grantedOrigin(_ request: HTTPRequest) -> String? {
        guard let origin = request.headerFields[.origin], !origin.isEmpty else { return nil }
        if allowsAny { return "*" }
        return Self.normalized(origin).flatMap { origins.contains($0) ? origin : nil }
    }

    /// The requested header names, nil when the list is no list of tokens or too long.
    private static func requestedHeaders(_ request: HTTPRequest) -> String? {
        guard let value = request.headerFields[.accessControlRequestHeaders] else { return "" }
        guard value.utf8.count <= requestHeadersBytesMax else { return nil }
        let names = value.utf8.split(separator: UInt8(ascii: ",")).map { Octets.trimmed($0) }.filter { !$0.isEmpty }
        guard names.allSatisfy({ $0.allSatisfy(Octets.isToken) }) else { return nil }
        return names.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ", ")
    }

    /// `scheme://host[:port]` in lower case (RFC 6454 §6.2), nil for anything else, such as one with a path.
    package static func normalized(_ origin: String) -> String? {
        let lower = origin.utf8.map(Octets.lowercased)
        guard let colon = lower.firstIndex(of: Octets.colon), colon > 0, lower[colon...].starts(with: "://".utf8) else {
            return nil
        }
        let isScheme = lower[..<colon].allSatisfy { Octets.isToken($0) } && Octets.isDigit(lower[0]) == false
        // `*` is legal in a host name by the grammar, but no browser sends one: a pattern would silently never match.
        guard isScheme, Authority.isValid(lower[(colon + 3)...]), !lower.contains(UInt8(ascii: "*")) else { return nil }
        return String(decoding: lower, as: UTF8.self)
    }
}

/// A configured origin that is none.
package struct CORSPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    package var origin: String

    package var description: String {
        "\"\(origin)\" is not an origin: write it as https://host or https://host:port, without a path or final slash, or * for every origin"
    }
}
