internal import HTTPTypes

/// Names that HTTPTypes does not list. Each is a literal token (RFC 9110 §5.6.2), so the initializer cannot refuse it.
extension HTTPField.Name {
    static let contentSecurityPolicy = Self("content-security-policy")!
    static let serverTiming = Self("server-timing")!
    static let xAccelBuffering = Self("x-accel-buffering")!
    static let xRequestID = Self("x-request-id")!
    static let xForwardedProto = Self("x-forwarded-proto")!
}

extension HTTPRequest {
    /// `https` where a proxy says exactly so, otherwise `http`, which is what we speak ourselves.
    var forwardedScheme: String {
        headerFields[.xForwardedProto]?.utf8.elementsEqual("https".utf8) == true ? "https" : "http"
    }
}

extension HTTPFields {
    /// Takes over the fields whose names are not here yet.
    mutating func addMissing(_ fields: HTTPFields) {
        for field in fields where !contains(field.name) { append(field) }
    }
}
