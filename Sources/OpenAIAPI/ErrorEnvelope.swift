package import RAG

/// `{"error":{message,type,param,code}}`, OpenAI's shape for every failure; all four keys are always present.
package struct ErrorEnvelope: Hashable, Sendable {
    /// The HTTP status that goes with it.
    package var status: Int
    package var message: String
    /// OpenAI's family: `invalid_request_error`, `permission_error`, `rate_limit_exceeded` or `server_error`.
    package var type: String
    package var param: String?
    package var code: String?
    package var retryAfterSeconds: Int?

    package init(_ failure: OutcropFailure) {
        let (status, code) = Self.statusAndCode(of: failure.kind)
        self.init(status: status, message: failure.message)
        self.code = failure.code ?? code
        param = failure.parameter
        retryAfterSeconds = failure.retryAfterSeconds
    }

    /// A refusal on the level of HTTP, such as a head that is too large or a method that is not allowed.
    package init(status: Int, message: String) {
        self.status = status
        self.message = message
        type = Self.type(of: status)
    }

    /// Any error: an `OutcropFailure` tells its text, everything else becomes a plain 500 that reveals nothing.
    package init(reporting error: any Error) {
        self.init(
            error as? OutcropFailure
                ?? OutcropFailure(.internal, "The server had an error while processing the request. Its log has the details."))
    }

    /// `retry-after` in seconds where known, and the challenge that RFC 9110 §11.6.1 wants beside a 401.
    package var headers: [String: String] {
        var headers: [String: String] = [:]
        if let retryAfterSeconds { headers["retry-after"] = String(retryAfterSeconds) }
        if status == 401 { headers["www-authenticate"] = "Bearer" }
        return headers
    }

    private static func statusAndCode(of kind: OutcropFailure.Kind) -> (status: Int, code: String?) {
        switch kind {
        case .invalidRequest: (400, nil)
        case .unauthenticated: (401, "invalid_api_key")
        case .forbidden: (403, nil)
        case .notFound: (404, "not_found")
        case .modelTimeout: (408, "model_timeout")
        case .conflict: (409, "conflict")
        case .tooLarge: (413, "request_too_large")
        case .modelFailed: (424, "model_error")
        case .rateLimited: (429, "rate_limit_exceeded")
        case .internal: (500, nil)
        case .badGateway: (502, "bad_gateway")
        case .unavailable: (503, nil)
        case .gatewayTimeout: (504, "gateway_timeout")
        }
    }

    private static func type(of status: Int) -> String {
        switch status {
        case 403: "permission_error"
        case 429: "rate_limit_exceeded"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }
}

extension ErrorEnvelope: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("error") { error in
                error.field("message", message)
                error.field("type", type)
                error.field("param", param)
                error.field("code", code)
            }
        }
    }
}
