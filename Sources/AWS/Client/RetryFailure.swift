internal import HTTPClient

/// An attempt that failed, with what the answer tells beside the error.
struct RetryFailure: Error {
    var error: AWSError
    /// The answer's `Date`.
    var serverUnixSeconds: Double?

    init(_ error: AWSError, serverUnixSeconds: Double? = nil) {
        self.error = error
        self.serverUnixSeconds = serverUnixSeconds
    }

    /// For the log: names and numbers only, nothing that somebody else wrote.
    var summary: String {
        if let transport = error.transport { return "\(transport.code) in \(transport.phase)" }
        return [error.serviceCode, error.status.map { "HTTP \($0)" }].compactMap { $0 }.joined(separator: ", ")
    }
}

extension AWSError {
    /// A transfer that failed.
    init(_ error: HTTPClientError, operation: String, requestID: String? = nil) {
        self.init(
            .transport, operation: operation, message: "\(error.host): \(error.message)", requestID: requestID, transport: error)
    }
}
