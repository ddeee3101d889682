internal import HTTPClient
internal import HTTPTypes

/// Credentials of the EC2 instance's role, through version 2 of the instance metadata service: a session token first, then the role's
/// name, then its credentials. Version 1 is not fallen back to. Source: EC2 User Guide, "Retrieve security credentials from instance metadata".
struct InstanceMetadata: Sendable {
    static let operation = "EC2 instance metadata"
    /// How long the session token is good for; it is used within a second.
    private static let sessionSeconds = "21600"
    private static let rolesPath = "/latest/meta-data/iam/security-credentials/"

    /// Without a slash at the end.
    let base: String
    let metadata: MetadataClient

    /// Where the service is: as set, or its link-local address; nil when it is switched off. Throws when what is set is no URL.
    static func base(environment: [String: String], profile: SharedConfiguration.Section) throws(AWSError) -> String? {
        guard environment.flag("AWS_EC2_METADATA_DISABLED") != true else { return nil }
        let custom = environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? profile["ec2_metadata_service_endpoint"]
        let mode = environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE") ?? profile["ec2_metadata_service_endpoint_mode"]
        guard let address = addresses[mode?.lowercased() ?? "ipv4"] else {
            throw .credentials("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6")
        }
        guard let custom else { return address }
        guard let url = HTTPURL(custom), !url.target.utf8.contains(UInt8(ascii: "?")) else {
            throw .credentials("AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL of the form http://host[:port]")
        }
        return String(custom.dropLast(url.target.utf8.reversed().prefix { $0 == UInt8(ascii: "/") }.count))
    }

    private static let addresses = ["ipv4": "http://169.254.169.254", "ipv6": "http://[fd00:ec2::254]"]

    func credentials() async throws -> Credentials {
        let headerFields: HTTPFields = [.metadataToken: try await sessionToken()]
        let name = try await roleName(headerFields)
        let answer = try await get(Self.rolesPath + name, headerFields)
        var credentials = try MetadataCredentials.credentials(answer, operation: Self.operation)
        extend(&credentials)
        return credentials
    }

    private func sessionToken() async throws -> String {
        let answer: MetadataClient.Answer
        do {
            answer = try await metadata.send(
                .put, base + "/latest/api/token", [.metadataTokenSeconds: Self.sessionSeconds], operation: Self.operation,
                givesUpUnreachable: true)
        } catch let error as AWSError where error.transport != nil {
            // Nobody there: this is no EC2 instance, or the hop limit keeps containers out.
            var nothing = CredentialsPlanner.nothingFound
            nothing.transport = error.transport
            throw nothing
        }
        guard answer.status == 200 else { throw failure(answer.status) }
        let token = String(decoding: answer.bytes, as: UTF8.self)
        guard !token.isEmpty, token.utf8.isVisibleASCII else {
            throw failure("gave no session token")
        }
        return token
    }

    private func roleName(_ headerFields: HTTPFields) async throws -> String {
        let lines = try await get(Self.rolesPath, headerFields).split { $0 == 0x0A || $0 == 0x0D }
        // IAM's role names: letters, digits and +=,.@_- ; nothing of this can leave the path's segment.
        guard let name = lines.first, name.count <= 128,
            name.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || "+=,.@_-".utf8.contains($0) })
        else { throw failure("names no role") }
        return String(decoding: name, as: UTF8.self)
    }

    private func get(_ path: String, _ headerFields: HTTPFields) async throws -> [UInt8] {
        let answer = try await metadata.send(.get, base + path, headerFields, operation: Self.operation)
        if answer.status == 404 {
            throw failure("has no role for this instance: attach an instance profile or give other credentials")
        }
        guard answer.status == 200 else { throw failure(answer.status) }
        return answer.bytes
    }

    /// When the service behind the metadata is down it goes on giving the last credentials, expired ones too, and AWS goes on accepting
    /// them: they are taken for good for a while (what the SDKs call static stability).
    private func extend(_ credentials: inout Credentials) {
        let now = metadata.clock.unixSeconds()
        guard let expiration = credentials.expiration, expiration < now + Self.expiredWithinSeconds else { return }
        credentials.expiration = now + Self.extensionSeconds * (1 + metadata.clock.random())
    }

    /// Credentials with less left than this are treated as expired.
    static let expiredWithinSeconds = 60.0
    /// The least time that expired credentials are used on before the service is asked again; at most twice as long.
    static let extensionSeconds = 600.0

    private func failure(_ status: Int) -> AWSError {
        AWSError(
            .credentials, operation: Self.operation, message: "the service answered with HTTP status \(status)", status: status)
    }

    private func failure(_ reason: String) -> AWSError {
        AWSError(.credentials, operation: Self.operation, message: "the service \(reason)")
    }
}

extension HTTPField.Name {
    fileprivate static let metadataToken = Self.metadata("x-aws-ec2-metadata-token")
    fileprivate static let metadataTokenSeconds = Self.metadata("x-aws-ec2-metadata-token-ttl-seconds")

    private static func metadata(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is a valid field name") }
        return name
    }
}
