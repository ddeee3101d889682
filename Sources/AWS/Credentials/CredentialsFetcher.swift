internal import Dispatch
internal import HTTPClient

/// Asks the sources that a plan names. Reads environment, files and tokens anew at each call, so that what has been rotated is seen.
struct CredentialsFetcher: Sendable {
    /// A web identity token; a larger file is refused.
    static let tokenBytesMax = 65_536

    let environment: [String: String]
    let region: String?
    let transport: any HTTPTransport
    let clock: AWSClock
    let files = FileQueue()

    /// Throws `AWSError` or `CancellationError`.
    func credentials() async throws -> Credentials {
        if let plan = try CredentialsPlanner.environmentPlan(environment) { return try await fetch(plan) }
        let environment = environment
        let plan = try await files.run {
            let configuration = try SharedConfiguration(environment: environment, code: .credentials)
            return try CredentialsPlanner(environment: environment, configuration: configuration).plan()
        }
        return try await fetch(plan)
    }

    private func fetch(_ plan: CredentialsPlan) async throws -> Credentials {
        switch plan {
        case .fixed(let credentials):
            return credentials
        case .role(let role, let source):
            let credentials = try await fetch(source)
            return try await tokenService().assume(role, with: credentials)
        case .webIdentity(let role, let tokenFile):
            let token = try await identityToken(tokenFile)
            return try await tokenService().assume(role, webIdentityToken: token)
        case .container(let url):
            return try await ContainerCredentials(url: url, metadata: metadata)
                .credentials(authorization: try await containerAuthorization())
        case .instanceMetadata(let base):
            return try await InstanceMetadata(base: base, metadata: metadata).credentials()
        }
    }

    private var metadata: MetadataClient { MetadataClient(transport: transport, clock: clock) }

    private func tokenService() async throws -> SecurityTokenService {
        let (environment, region) = (environment, region)
        let endpoint = try await files.run {
            do {
                return try EndpointResolver(environment: environment, region: region).endpoint(for: .sts)
            } catch let error as AWSError {
                throw AWSError.credentials("a role is assumed through STS, whose endpoint is unknown: \(error.message)")
            }
        }
        return SecurityTokenService(endpoint: endpoint, transport: transport, clock: clock)
    }

    private func identityToken(_ file: String) async throws -> String {
        let text = try await contents(of: file, setting: "AWS_WEB_IDENTITY_TOKEN_FILE")
        let token = text.utf8.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        guard token.count == 1, let token = token.first, token.isVisibleASCII else {
            throw AWSError.credentials("\(file) (AWS_WEB_IDENTITY_TOKEN_FILE) does not hold one token")
        }
        return String(decoding: Array(token), as: UTF8.self)
    }

    /// Value of the `Authorization` field; the file goes before the variable and is read anew each time (EKS Pod Identity rotates it).
    private func containerAuthorization() async throws -> String? {
        if let file = environment.value(ContainerCredentials.tokenFile) {
            return try await contents(of: file, setting: ContainerCredentials.tokenFile)
        }
        return environment.value(ContainerCredentials.token)
    }

    private func contents(of path: String, setting: String) async throws -> String {
        let home = environment.value("HOME")
        let content = await files.run { () -> BoundedFile.Content in
            guard let path = SharedConfiguration.path(path, home: home) else { return .absent }
            return BoundedFile.read(path, byteCountMax: Self.tokenBytesMax)
        }
        switch content {
        case .absent: throw AWSError.credentials("\(path) is no file: correct \(setting)")
        case .unreadable(let reason): throw AWSError.credentials("\(path) (\(setting)): \(reason)")
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        }
    }
}

/// Shows nothing of the environment, which holds secrets.
extension CredentialsFetcher: CustomReflectable {
    var customMirror: Mirror { Mirror(self, children: ["region": region as Any]) }
}

/// Reads files off the cooperative pool, one after the other: a network file system may take its time.
struct FileQueue: Sendable {
    private let queue = DispatchQueue(label: "outcrop.aws.files")

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: work()) } }
    }
}
