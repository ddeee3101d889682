import AWS
import HTTPClient
import HTTPTypes
import Logging
import Synchronization

/// Answers requests by their path, and keeps them; a path it does not know is a 404 as Bedrock gives it.
final class RoutedTransport: HTTPTransport {
    struct Answer: Sendable {
        var status = 200
        /// Error's shape name.
        var errorCode: String?
        var body: String
        /// Never answers: only cancellation ends the transfer.
        var hangs = false

        static func error(_ status: Int, _ code: String, _ message: String = "it failed") -> Answer {
            Answer(status: status, errorCode: code, body: #"{"message":"\#(message)"}"#)
        }
    }

    private let routes: [String: Answer]
    private let kept = Mutex<[ClientRequest]>([])
    /// A sign for each request that hangs.
    let (hanging, hangs) = AsyncStream<Void>.makeStream()

    /// By path without query, as it goes out.
    init(_ routes: [String: Answer]) { self.routes = routes }

    var requests: [ClientRequest] { kept.withLock { $0 } }

    func send(_ request: ClientRequest) async throws -> ClientResponse {
        kept.withLock { $0.append(request) }
        let answer = routes[Self.path(request)] ?? .error(404, "ResourceNotFoundException")
        if answer.hangs {
            hangs.yield()
            try await untilCancelled()
        }
        var headers: HTTPFields = [:]
        if let code = answer.errorCode, let name = HTTPField.Name("x-amzn-errortype") { headers[name] = code }
        let body = Mutex<[UInt8]?>(Array(answer.body.utf8))
        return ClientResponse(
            status: .init(code: answer.status), headerFields: headers,
            body: ClientResponseBody {
                body.withLock { body in
                    defer { body = nil }
                    return body.flatMap { $0.isEmpty ? nil : $0 }
                }
            })
    }

    static func path(_ request: ClientRequest) -> String {
        let path = request.url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).last ?? ""
        return "/" + (path.split(separator: "?").first ?? "")
    }

    /// A client over these routes that tries once, in us-east-1.
    var client: AWSClient {
        var configuration = AWSClient.Configuration(
            endpoints: EndpointResolver(environment: ["AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": "/nonexistent"]))
        configuration.attemptsMax = 1
        let credentials = StaticCredentials(Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret"))
        return AWSClient(configuration, transport: self, credentials: credentials, logger: Logger(label: "test"))
    }
}
