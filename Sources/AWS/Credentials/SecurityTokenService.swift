internal import HTTPClient
internal import HTTPTypes

/// The two calls of STS that give a role's credentials. Query protocol: a form in, XML out.
/// Source: AWS STS API Reference 2011-06-15, "AssumeRole" and "AssumeRoleWithWebIdentity".
struct SecurityTokenService: Sendable {
    /// Attempts of one call.
    static let attemptsMax = 3
    /// Bound of the random pause before the second attempt; doubles for the third.
    static let pauseSeconds = 0.2
    static let bodyBytesMax = 65_536
    static let deadlines = Deadlines(connect: .seconds(2), firstByte: .seconds(5), idle: .seconds(5), total: .seconds(10))

    let endpoint: Endpoint
    let transport: any HTTPTransport
    let clock: AWSClock

    /// Credentials of `role`, asked for with those of somebody who may assume it. Throws `AWSError` or `CancellationError`.
    func assume(_ role: AssumedRole, with credentials: Credentials) async throws -> Credentials {
        var form = self.form("AssumeRole", role)
        if let id = role.externalID { form.append(("ExternalId", id)) }
        return try await call("AssumeRole", form, credentials, secrets: credentials.secrets)
    }

    /// Credentials of `role` for whoever holds the token of an identity provider; needs no other credentials.
    func assume(_ role: AssumedRole, webIdentityToken token: String) async throws -> Credentials {
        let form = self.form("AssumeRoleWithWebIdentity", role) + [("WebIdentityToken", token)]
        return try await call("AssumeRoleWithWebIdentity", form, nil, secrets: [token])
    }

    private func form(_ action: String, _ role: AssumedRole) -> [(name: String, value: String)] {
        var form = [
            ("Action", action), ("Version", "2011-06-15"), ("RoleArn", role.arn),
            ("RoleSessionName", role.sessionName ?? "outcrop-\(Int(clock.unixSeconds()))"),
        ]
        if let seconds = role.durationSeconds { form.append(("DurationSeconds", "\(seconds)")) }
        return form
    }

    private func call(
        _ action: String, _ form: [(name: String, value: String)], _ credentials: Credentials?, secrets: [String]
    ) async throws -> Credentials {
        let operation = "sts \(action)"
        let request = request(form)
        var offset = 0.0
        var attempt = 1
        while true {
            var failure: AWSError
            do {
                let answer = try await answer(to: request, signedBy: credentials, offset: offset, operation: operation)
                if answer.status == 200 { return try answer.credentials(operation: operation) }
                failure = answer.error(operation: operation, secrets: secrets)
                if offset == 0, credentials != nil, let skew = answer.clockOffset(failure, now: clock.unixSeconds()) {
                    // A wrong clock, set right once.
                    offset = skew
                    continue
                }
            } catch let error as HTTPClientError {
                failure = AWSError(error, operation: operation)
            }
            guard attempt < Self.attemptsMax, failure.isTransient else {
                failure.code = .credentials
                throw failure
            }
            try await clock.sleep(clock.random() * Self.pauseSeconds * Double(attempt))
            attempt += 1
        }
    }

    private func request(_ form: [(name: String, value: String)]) -> ClientRequest {
        var headerFields = HTTPFields()
        headerFields[.contentType] = "application/x-www-form-urlencoded; charset=utf-8"
        let body = form.map { "\(PercentEncoding.segment($0.name))=\(PercentEncoding.segment($0.value))" }.joined(separator: "&")
        return ClientRequest(
            method: .post, url: endpoint.url + "/", headerFields: headerFields, body: Array(body.utf8), deadlines: Self.deadlines)
    }

    private func answer(
        to request: ClientRequest, signedBy credentials: Credentials?, offset: Double, operation: String
    ) async throws -> TokenServiceAnswer {
        var request = request
        if let credentials {
            let signer = SigV4Signer(
                credentials: credentials, region: endpoint.signingRegion, service: AWSService.sts.signingName)
            request = signer.signed(request, at: Int(clock.unixSeconds() + offset))
        }
        let response = try await transport.send(request)
        guard let bytes = try await response.body.bytes(atMost: Self.bodyBytesMax) else {
            throw AWSError(.credentials, operation: operation, message: "an answer of more than \(Self.bodyBytesMax) bytes")
        }
        return TokenServiceAnswer(status: response.status.code, date: response.headerFields[.date], bytes: bytes)
    }
}

extension AWSError {
    /// Whether the same call may succeed in a moment. `IDPCommunicationError` is STS's own: the identity provider did not answer it.
    fileprivate var isTransient: Bool { RetryKind(self) != nil || serviceCode == "IDPCommunicationError" }
}
