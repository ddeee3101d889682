package import HTTPClient
package import Logging

/// Sends service calls: endpoint, signature or bearer token, clock-skew correction, retries in the SDKs' standard mode.
package struct AWSClient: Sendable {
    package struct Configuration: Sendable {
        package var endpoints: EndpointResolver
        /// Takes the signature's place for services that allow it (`AWS_BEARER_TOKEN_BEDROCK`).
        package var bearerToken: String?
        /// No retry of an interactive call goes out later than this after its first attempt. What the last attempt takes is a matter
        /// of the call's deadlines.
        package var interactiveRetrySeconds = 0.8
        package var ingestionRetrySeconds = 60.0
        /// Attempts of one call, the first included (`AWS_MAX_ATTEMPTS`). One that is repeated because of the clock or of refused
        /// credentials does not count; each of the two happens at most once.
        package var attemptsMax = 3

        package init(endpoints: EndpointResolver) { self.endpoints = endpoints }
    }

    let configuration: Configuration
    let transport: any HTTPTransport
    let credentials: any CredentialsProvider
    let clock: AWSClock
    let logger: Logger
    /// Shared by all copies of the client.
    let quota: RetryQuota
    let skew = ClockSkew()

    package init(
        _ configuration: Configuration, transport: any HTTPTransport, credentials: any CredentialsProvider,
        clock: AWSClock = AWSClock(), logger: Logger
    ) {
        self.configuration = configuration
        self.transport = transport
        self.credentials = credentials
        self.clock = clock
        self.logger = logger
        quota = RetryQuota()
    }

    /// The response of a call that succeeded (2xx), its body still to be read. Retries whatever may be retried until the head of a
    /// success has come, and never after. Throws `AWSError` or `CancellationError`.
    package func open(_ call: ServiceCall) async throws -> ClientResponse {
        try await withRetries(call) { $0 }
    }

    /// How long the body of an answer may take that is read whole, when the call sets no `total` deadline.
    static let wholeBodyDuration = Duration.seconds(60)

    /// The whole body of a call that succeeded; a body that breaks off is retried too. Throws `.malformedResponse` past `bytesMax`.
    /// A call without a `total` deadline gets one: that of its first byte, if any, and `wholeBodyDuration`. The idle deadline alone would
    /// let a body that comes byte by byte take days.
    package func bytes(of call: ServiceCall, bytesMax: Int = 16 * 1_048_576) async throws -> [UInt8] {
        var call = call
        if call.deadlines.total == nil { call.deadlines.total = call.deadlines.firstByte.map { $0 + Self.wholeBodyDuration } }
        return try await withRetries(call) { response in
            guard let bytes = try await response.body.bytes(atMost: bytesMax) else {
                throw AWSError(
                    .malformedResponse, operation: call.name,
                    message: "the answer is longer than the \(bytesMax) bytes that are accepted", status: response.status.code)
            }
            return bytes
        }
    }

    /// Sends until an attempt and `finish` succeed or the retry session gives up.
    private func withRetries<Answer: Sendable>(
        _ call: ServiceCall, finish: (ClientResponse) async throws -> Answer
    ) async throws -> Answer {
        var session = RetrySession(call.urgency, configuration: configuration)
        while true {
            let (request, authorization) = try await prepared(call)
            session.attemptStarts(clock.uptimeSeconds())
            let failure: RetryFailure
            do {
                let answer = try await finish(success(of: request, secrets: secrets(of: authorization), call: call))
                session.succeeded(quota: quota, service: call.service)
                return answer
            } catch let error as RetryFailure {
                failure = error
            } catch let error as HTTPClientError {
                try Task.checkCancellation()
                failure = RetryFailure(AWSError(error, operation: call.name))
            }
            guard try await recovers(from: failure, authorization: authorization, call: call, session: &session) else {
                throw failure.error
            }
        }
    }

    /// A response with status 2xx. Throws `RetryFailure` with what the service says for every other.
    private func success(of request: ClientRequest, secrets: [String], call: ServiceCall) async throws -> ClientResponse {
        let response = try await transport.send(request)
        guard response.status.kind != .successful else { return response }
        let body = await response.body.errorBytes()
        try Task.checkCancellation()
        let error = AWSError(
            ServiceErrorBody(
                status: response.status.code, headerFields: response.headerFields, body: body, secrets: secrets),
            operation: call.name, unixSeconds: clock.unixSeconds())
        throw RetryFailure(error, serverUnixSeconds: response.headerFields[.date].flatMap(HTTPDate.unixSeconds))
    }

    /// Whether another attempt is worth while; waits for as long as it must.
    private func recovers(
        from failure: RetryFailure, authorization: Authorization, call: ServiceCall, session: inout RetrySession
    ) async throws -> Bool {
        if try await repairs(failure, authorization: authorization, session: &session) {
            logger.debug("\(call.name) is sent again after a correction: \(failure.summary)")
            return true
        }
        let decision = session.decide(
            failure.error, nowSeconds: clock.uptimeSeconds(), random: clock.random(), quota: quota, service: call.service)
        guard case .retry(let seconds) = decision else { return false }
        logger.debug(
            "\(call.name) is sent again in \(Int(seconds * 1_000)) ms, attempt \(session.attempts + 1): \(failure.summary)")
        do {
            try await clock.sleep(seconds)
            try Task.checkCancellation()
        } catch {
            session.retryIsNotSent(quota: quota, service: call.service)
            throw error
        }
        return true
    }

    /// Corrects what made the service refuse the signature: our clock, or credentials that are no longer good. Each once a call.
    private func repairs(
        _ failure: RetryFailure, authorization: Authorization, session: inout RetrySession
    ) async throws -> Bool {
        guard case .signature(let refused, let offset) = authorization, let code = failure.error.serviceCode else { return false }
        if ClockSkew.codes.contains(code), !session.clockWasCorrected, let server = failure.serverUnixSeconds,
            skew.correct(clock.unixSeconds(), offset: offset, server: server)
        {
            session.clockWasCorrected = true
            return true
        }
        if RefusedCredentials.codes.contains(code), !session.credentialsWereRenewed {
            session.credentialsWereRenewed = true
            await credentials.invalidate(refused)
            return try await !credentials.credentials().signsLike(refused)
        }
        return false
    }
}

/// Shows whether there is a bearer token, not which.
extension AWSClient.Configuration: CustomStringConvertible, CustomReflectable {
    package var description: String { "Configuration(\(endpoints), \(bearerToken == nil ? "no bearer token" : "bearer token"))" }
    package var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "endpoints": endpoints, "hasBearerToken": bearerToken != nil, "interactiveRetrySeconds": interactiveRetrySeconds,
                "ingestionRetrySeconds": ingestionRetrySeconds, "attemptsMax": attemptsMax,
            ])
    }
}
