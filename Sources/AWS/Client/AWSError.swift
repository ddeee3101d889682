package import HTTPClient

/// What went wrong in a call to AWS. Never holds a secret.
package struct AWSError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// No credentials, or their source failed.
        case credentials
        /// No region, an endpoint that is no URL, or an id that cannot stand in a path.
        case configuration
        /// The network: the cause is in `transport`.
        case transport
        /// The service answered with an error: its shape name is in `serviceCode`.
        case service
        /// An answer that is not what the service's model says: bad JSON, a corrupt or truncated event stream.
        case malformedResponse
    }

    package var code: Code
    /// Such as `bedrock-runtime ConverseStream`.
    package var operation: String
    package var message: String
    /// The error's shape name without namespace, such as `ThrottlingException` or `ModelErrorException`.
    package var serviceCode: String?
    package var status: Int?
    package var requestID: String?
    /// What the service asked for in `Retry-After`.
    package var retryAfterSeconds: Double?
    package var transport: HTTPClientError?

    package init(
        _ code: Code, operation: String, message: String, serviceCode: String? = nil, status: Int? = nil,
        requestID: String? = nil, retryAfterSeconds: Double? = nil, transport: HTTPClientError? = nil
    ) {
        self.code = code
        self.operation = operation
        self.message = message
        self.serviceCode = serviceCode
        self.status = status
        self.requestID = requestID
        self.retryAfterSeconds = retryAfterSeconds
        self.transport = transport
    }
}
