internal import HTTPTypes

/// Which browser origins may call (WHATWG Fetch, "CORS protocol"). Keys travel in a header, so credentials are never allowed.
struct CORSPolicy: Sendable {
    private let origins: Set<String>
    private var allowsAll: Bool { origins.contains("*") }

    init(origins: [String]) { self.origins = Set(origins) }

    /// Fields for the answer to a request; empty when CORS is off or the request is not from a browser page elsewhere.
    func fields(for request: HTTPFields) -> HTTPFields {
        guard !origins.isEmpty else { return [:] }
        // The answer depends on the asker even where it is refused: caches must know (Fetch, "CORS protocol and HTTP caches").
        var fields: HTTPFields = allowsAll ? [:] : [.vary: "Origin"]
        guard let origin = request[.origin], allows(origin) else { return fields }
        fields[.accessControlAllowOrigin] = allowsAll ? "*" : origin
        fields[.accessControlExposeHeaders] = Self.exposed
        return fields
    }

    /// Fields for the answer to a preflight, or nil when this is none or its origin is not allowed.
    func preflightFields(for request: HTTPFields, allowedMethods: [HTTPRequest.Method]) -> HTTPFields? {
        guard let origin = request[.origin], allows(origin), request[.accessControlRequestMethod] != nil else { return nil }
        var fields = fields(for: request)
        fields[.accessControlAllowMethods] = allowedMethods.map(\.rawValue).joined(separator: ", ")
        // Client libraries add their own (x-stainless-…); the names are the browser's, already checked as header text.
        fields[.accessControlAllowHeaders] = request[.accessControlRequestHeaders] ?? "authorization, content-type"
        fields[.accessControlMaxAge] = "600"
        return fields
    }

    private func allows(_ origin: String) -> Bool { allowsAll || origins.contains(origin) }

    private static let exposed =
        "x-request-id, retry-after, server-timing, content-disposition, etag, x-ratelimit-limit-requests, x-ratelimit-limit-tokens, "
        + "x-ratelimit-remaining-requests, x-ratelimit-remaining-tokens, x-ratelimit-reset-requests, x-ratelimit-reset-tokens"
}
