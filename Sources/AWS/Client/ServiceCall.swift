package import HTTPClient
package import HTTPTypes

/// One call of a service operation, not yet addressed or signed.
package struct ServiceCall: Sendable {
    package var service: AWSService
    /// Such as `ConverseStream`, for errors and logs.
    package var operation: String
    package var method: HTTPRequest.Method
    /// Starts with `/`; each segment percent-encoded once (`PercentEncoding.segment`).
    package var path: String
    /// Names and values not yet encoded.
    package var query: [(name: String, value: String)]
    package var headerFields: HTTPFields
    package var body: [UInt8]
    package var deadlines: Deadlines
    package var urgency: Urgency

    /// Which retry budget counts.
    package enum Urgency: Hashable, Sendable {
        /// Someone waits for the answer.
        case interactive
        case ingestion
    }

    package init(
        _ service: AWSService, _ operation: String, method: HTTPRequest.Method = .post, path: String,
        query: [(name: String, value: String)] = [], headerFields: HTTPFields = HTTPFields(), body: [UInt8] = [],
        deadlines: Deadlines = Deadlines(), urgency: Urgency = .interactive
    ) {
        self.service = service
        self.operation = operation
        self.method = method
        self.path = path
        self.query = query
        self.headerFields = headerFields
        self.body = body
        self.deadlines = deadlines
        self.urgency = urgency
    }

    /// Such as `bedrock-runtime ConverseStream`.
    package var name: String { "\(service.endpointPrefix) \(operation)" }

    /// Refuses a path in which an identifier has no text or is `.` or `..`, which percent-encoding leaves alone: it would be another
    /// operation's path. The last segment may be empty. Throws `AWSError` `.configuration`.
    func checkPath() throws(AWSError) {
        let segments = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isWhole =
            segments.dropLast().allSatisfy { !$0.isEmpty }
            && !segments.contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
        guard path.utf8.first == UInt8(ascii: "/"), isWhole else {
            throw AWSError(
                .configuration, operation: name,
                message: "the id of a model or another resource is empty, `.` or `..`: correct it in the settings")
        }
    }
}
