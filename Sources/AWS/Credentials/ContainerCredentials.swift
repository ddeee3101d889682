internal import HTTPClient
internal import HTTPTypes

/// Credentials from the endpoint that ECS, EKS Pod Identity and similar hosts give a container.
/// Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
struct ContainerCredentials: Sendable {
    static let relativeURI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    static let fullURI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    static let token = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
    static let tokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
    static let operation = "container credentials"

    /// ECS and the two addresses of EKS; beside loopback the only ones that may be asked without TLS.
    private static let plainHosts: Set = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost", "::1"]

    let url: String
    let metadata: MetadataClient

    func credentials(authorization: String?) async throws -> Credentials {
        var headerFields: HTTPFields = [.accept: "application/json"]
        if let authorization {
            guard HTTPField.isValidValue(authorization), authorization.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw AWSError.credentials(
                    "the token for \(Self.operation) holds a line break or another character no header may have")
            }
            headerFields[.authorization] = authorization
        }
        let answer = try await metadata.send(.get, url, headerFields, operation: Self.operation)
        guard answer.status == 200 else {
            throw AWSError(
                .credentials, operation: Self.operation, message: "the endpoint answered with HTTP status \(answer.status)",
                status: answer.status)
        }
        return try MetadataCredentials.credentials(answer.bytes, operation: Self.operation)
    }

    /// What to ask: the relative URI goes before the full one; nil when there is neither.
    /// Throws when the host may not be asked: it would get the token.
    static func url(_ environment: [String: String]) throws(AWSError) -> String? {
        if let path = environment.value(relativeURI) {
            // Without the slash `@evil.example/` would make the address a user name.
            guard path.utf8.first == UInt8(ascii: "/"), HTTPURL("http://169.254.170.2" + path) != nil else {
                throw .credentials("\(relativeURI) is no path that starts with a slash")
            }
            return "http://169.254.170.2" + path
        }
        guard let text = environment.value(fullURI) else { return nil }
        guard let url = HTTPURL(text) else { throw .credentials("\(fullURI) is no http or https URL") }
        guard url.scheme == "https" || plainHosts.contains(url.host) || isLoopback(url.host) else {
            throw .credentials(
                "\(fullURI) must be https, or name a loopback address, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]")
        }
        return text
    }

    /// 127.0.0.0/8 in the usual four decimal numbers; other spellings of an address are not recognised.
    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isNumber = { (part: Substring.UTF8View) in
            (1...3).contains(part.count) && part.allSatisfy { (0x30...0x39).contains($0) }
                && (Int(String(part) ?? "") ?? 256) < 256
                && (part.count == 1 || part.first != 0x30)
        }
        return parts.count == 4 && parts.allSatisfy(isNumber) && parts[0].elementsEqual("127".utf8)
    }
}
