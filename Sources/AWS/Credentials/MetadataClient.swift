internal import FoundationEssentials
internal import HTTPClient
internal import HTTPTypes

/// Small, quick exchanges with an endpoint on or beside this machine, never through a proxy: what goes over and back is secret.
struct MetadataClient: Sendable {
    /// Attempts of one exchange.
    static let attemptsMax = 3
    /// Between two attempts; the second pause is twice as long.
    static let pauseSeconds = 0.1
    static let bodyBytesMax = 65_536
    static let deadlines = Deadlines(connect: .seconds(1), firstByte: .seconds(1), idle: .seconds(1), total: .seconds(2))

    struct Answer: Sendable {
        var status: Int
        var bytes: [UInt8]
    }

    let transport: any HTTPTransport
    let clock: AWSClock

    /// The first answer that is neither 429 nor 5xx. `operation` names the endpoint in errors.
    /// With `givesUpUnreachable` a connection that fails is not tried again: where nobody listens, nobody will.
    func send(
        _ method: HTTPRequest.Method, _ url: String, _ headerFields: HTTPFields, operation: String,
        givesUpUnreachable: Bool = false
    ) async throws -> Answer {
        var attempt = 1
        while true {
            let request = ClientRequest(
                method: method, url: url, headerFields: headerFields, deadlines: Self.deadlines, usesProxy: false)
            do {
                let answer = try await exchange(request, operation: operation)
                guard answer.status == 429 || answer.status >= 500, attempt < Self.attemptsMax else { return answer }
            } catch let error as HTTPClientError {
                let isUnreachable = [.resolve, .connect, .connectTimeout].contains(error.code)
                guard attempt < Self.attemptsMax, !(givesUpUnreachable && isUnreachable) else {
                    throw AWSError(
                        .credentials, operation: operation, message: "\(error.host): \(error.message)", transport: error)
                }
            }
            try await clock.sleep(Self.pauseSeconds * Double(attempt))
            attempt += 1
        }
    }

    private func exchange(_ request: ClientRequest, operation: String) async throws -> Answer {
        let response = try await transport.send(request)
        guard let bytes = try await response.body.bytes(atMost: Self.bodyBytesMax) else {
            throw AWSError(.credentials, operation: operation, message: "an answer of more than \(Self.bodyBytesMax) bytes")
        }
        return Answer(status: response.status.code, bytes: bytes)
    }
}

/// The JSON object in which container and instance endpoints give credentials.
struct MetadataCredentials: Decodable, Sendable {
    var Code: String?
    var AccessKeyId: String?
    var SecretAccessKey: String?
    var Token: String?
    var Expiration: String?

    /// `operation` names the endpoint in errors. Throws `AWSError`; what the endpoint wrote stays out of it, since it may be secret.
    static func credentials(_ bytes: [UInt8], operation: String) throws(AWSError) -> Credentials {
        let failure = { (reason: String) in
            AWSError(.credentials, operation: operation, message: "the endpoint's answer \(reason)")
        }
        guard let answer = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { throw failure("is no JSON object") }
        if let code = answer.Code, code != "Success" {
            let name = ServiceMessage.shortened(code, secrets: [])
            throw failure("is the error \(name): check the role and its trust policy")
        }
        guard let keyID = answer.AccessKeyId, let secret = answer.SecretAccessKey else { throw failure("holds no key pair") }
        var credentials = Credentials(accessKeyID: keyID, secretAccessKey: secret, sessionToken: answer.Token)
        if let text = answer.Expiration {
            guard let expiration = Timestamp.unixSeconds(text) else { throw failure("has an Expiration that is no time") }
            credentials.expiration = expiration
        }
        return try credentials.validated(from: operation)
    }
}
