import Foundation
import HTTPClient
import HTTPTypes
import Synchronization

@testable import AWS

/// Answers as STS, the container endpoint and the instance metadata service do in `make_credentials.py`, and notes what it was asked.
/// `script` goes first: what it gives for the n-th request (from 0) is the answer; nil leaves it to the stand-in.
final class CloudStandIn: HTTPTransport {
    typealias Script = @Sendable (Int, ClientRequest) async throws -> ClientResponse?

    private let noted = Mutex<[ClientRequest]>([])
    private let script: Script

    init(_ script: @escaping Script = { _, _ in nil }) { self.script = script }

    var requests: [ClientRequest] { noted.withLock { $0 } }

    func send(_ request: ClientRequest) async throws -> ClientResponse {
        let index = noted.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        return try await script(index, request) ?? Self.answer(request)
    }

    static let expiration = "2096-01-01T00:00:00Z"

    static func answer(_ request: ClientRequest) -> ClientResponse {
        if let arn = form(request)["RoleArn"] {
            let role = arn.split(separator: "/").last ?? ""
            return text(tokenServiceXML(keyID: "ASIA" + role.uppercased() + "FROM" + (signer(request) ?? "WEB")))
        }
        if request.url.hasSuffix("/latest/api/token") { return text("imds-session") }
        if request.url.hasSuffix("/security-credentials/") { return text("instance-role") }
        return text(json(keyID: request.url.hasSuffix("/instance-role") ? "ASIAINSTANCE" : "ASIACONTAINER"))
    }

    static func json(keyID: String, expiration: String = CloudStandIn.expiration) -> String {
        """
        {"Code": "Success", "AccessKeyId": "\(keyID)", "SecretAccessKey": "s3cr3t", "Token": "token-\(keyID)", \
        "Expiration": "\(expiration)"}
        """
    }

    static func tokenServiceXML(keyID: String, expiration: String = CloudStandIn.expiration) -> String {
        """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
          <AccessKeyId>\(keyID)</AccessKeyId><SecretAccessKey>s3cr3t</SecretAccessKey><SessionToken>token-\(keyID)</SessionToken>
          <Expiration>\(expiration)</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
        """
    }

    static func text(_ text: String, status: Int = 200, date: String? = nil) -> ClientResponse {
        var headerFields = HTTPFields()
        headerFields[.date] = date
        let pieces = [Array(text.utf8.prefix(20)), Array(text.utf8.dropFirst(20))].filter { !$0.isEmpty }
        return ClientResponse(status: HTTPResponse.Status(code: status), headerFields: headerFields, body: .pieces(pieces))
    }

    /// A body without end.
    static func flood() -> ClientResponse {
        ClientResponse(status: .ok, body: ClientResponseBody { [UInt8](repeating: 0x20, count: 10_000) })
    }

    static func form(_ request: ClientRequest) -> [String: String] {
        guard request.method == .post else { return [:] }
        let components = URLComponents(string: "?" + String(decoding: request.body, as: UTF8.self))
        return Dictionary(uniqueKeysWithValues: (components?.queryItems ?? []).map { ($0.name, $0.value ?? "") })
    }

    /// The key id that signed.
    static func signer(_ request: ClientRequest) -> String? {
        guard let field = request.headerFields[.authorization], let start = field.range(of: "Credential=") else { return nil }
        return String(field[start.upperBound...].prefix { $0 != "/" })
    }

    /// What may be missing of an `HTTPClientError` in a test.
    static func failure(_ code: HTTPClientError.Code) -> HTTPClientError {
        HTTPClientError(code, phase: .connect, host: "host.example", message: "\(code) happened")
    }
}

extension ManualClock {
    var now: Double { clock.unixSeconds() }

    /// Stands at 2026-01-01.
    static func atNewYear() -> ManualClock { ManualClock(unixSeconds: 1_767_225_600) }
}
