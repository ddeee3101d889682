internal import AWS

/// What kind of failure a service's error is, by its shape name, then by what its text says, then by its status.
enum ServiceFailure: Hashable, Sendable {
    case credentials, accessDenied, notFound, contextTooLong, validation, modelTimeout, modelFailed, throttled, unavailable,
        gatewayTimeout, `internal`, unexpected

    init(_ error: AWSError, text: ServiceText) {
        let kind = Self.shapes[Self.shapeName(error.serviceCode ?? "")] ?? Self.statuses[error.status ?? 0] ?? .unexpected
        switch kind {
        case .validation where text.says(anyOf: Self.tooLong): self = .contextTooLong
        case .validation where text.says(anyOf: Self.unknownModel): self = .notFound
        // A Bedrock API key that is wrong or expired comes as this.
        case .accessDenied where text.says(anyOf: Self.badKey): self = .credentials
        default: self = kind
        }
    }

    /// Event streams write the first letter small: `throttlingException`.
    private static func shapeName(_ code: String) -> String { code.prefix(1).uppercased() + code.dropFirst() }

    /// Source: service model of bedrock-runtime; IAM User Guide, "Common errors", for credentials and signatures.
    private static let shapes: [String: ServiceFailure] = [
        "AccessDeniedException": .accessDenied, "AccessDenied": .accessDenied, "OptInRequired": .accessDenied,
        "NotAuthorized": .accessDenied,
        "ResourceNotFoundException": .notFound,
        "ValidationException": .validation, "ValidationError": .validation, "BadRequestException": .validation,
        "ConflictException": .unavailable,
        "ModelTimeoutException": .modelTimeout,
        "ModelErrorException": .modelFailed, "ModelStreamErrorException": .modelFailed, "DependencyFailedException": .modelFailed,
        "ThrottlingException": .throttled, "ModelNotReadyException": .throttled, "ServiceQuotaExceededException": .throttled,
        "TooManyRequestsException": .throttled,
        "InternalServerException": .internal, "InternalFailure": .internal, "BadGatewayException": .unavailable,
        "ServiceUnavailableException": .unavailable, "ServiceUnavailable": .unavailable,
        "UnrecognizedClientException": .credentials, "InvalidSignatureException": .credentials,
        "SignatureDoesNotMatch": .credentials, "IncompleteSignature": .credentials, "IncompleteSignatureException": .credentials,
        "MissingAuthenticationToken": .credentials, "MissingAuthenticationTokenException": .credentials,
        "InvalidClientTokenId": .credentials, "InvalidToken": .credentials, "ExpiredToken": .credentials,
        "ExpiredTokenException": .credentials, "RequestExpired": .credentials, "RequestTimeTooSkewed": .credentials,
        "AuthFailure": .credentials, "TokenRefreshRequired": .credentials, "RequestInTheFuture": .credentials,
    ]

    private static let statuses: [Int: ServiceFailure] = [
        400: .validation, 401: .credentials, 403: .accessDenied, 404: .notFound, 408: .modelTimeout, 413: .contextTooLong,
        424: .modelFailed, 429: .throttled, 500: .internal, 502: .unavailable, 503: .unavailable, 504: .gatewayTimeout,
    ]

    /// How models of different makers say that the prompt is longer than their context.
    private static let tooLong = [
        "input is too long", "prompt is too long", "maximum context length", "exceed context limit", "exceeds the context",
        "context window", "too many input tokens", "input tokens exceed", "maximum number of input tokens",
        "exceeds the maximum input", "exceeds the maximum allowed input", "input length exceeds",
    ]
    private static let unknownModel = [
        "model identifier is invalid", "could not resolve the foundation model", "model id is invalid",
    ]
    private static let badKey = ["api key", "security token", "authentication failed"]
}
