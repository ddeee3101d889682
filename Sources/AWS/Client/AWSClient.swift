package import HTTPClient
package import Logging

/// Sends service calls: endpoint, signature or bearer token, clock-skew correction, retries in the SDKs' standard mode.
package struct AWSClient: Sendable {
    package struct Configuration: Sendable {
        package var endpoints: EndpointResolver
        /// Takes the signature's place for services that allow it (`AWS_BEARER_TOKEN_BEDROCK`).
        package var bearerToken: String?
        /// Longest time that retries may add before an interactive answer begins.
        package var interactiveRetrySeconds = 0.8
        package var ingestionRetrySeconds = 60.0
        /// Attempts of one call, the first included (`AWS_MAX_ATTEMPTS`).
        package var attemptsMax = 3

        package init(endpoints: EndpointResolver) { self.endpoints = endpoints }
    }

    package init(
        _ configuration: Configuration, transport: any HTTPTransport, credentials: any CredentialsProvider,
        clock: AWSClock = AWSClock(), logger: Logger
    ) { fatalError("contract") }

    /// The response of a call that succeeded (2xx), its body still to be read. Retries whatever may be retried until the head of a
    /// success has come, and never after. Throws `AWSError` or `CancellationError`.
    package func open(_ call: ServiceCall) async throws -> ClientResponse { fatalError("contract") }

    /// The whole body of a call that succeeded; a body that breaks off is retried too. Throws `.malformedResponse` past `bytesMax`.
    package func bytes(of call: ServiceCall, bytesMax: Int = 16 * 1_048_576) async throws -> [UInt8] { fatalError("contract") }
}
