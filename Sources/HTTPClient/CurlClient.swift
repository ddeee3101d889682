/// Transfers over libcurl's multi interface on one thread of its own, started with the first request.
package final class CurlClient: HTTPTransport {
    package struct Configuration: Hashable, Sendable {
        /// Transfers at the same time; more are refused with `.overloaded`.
        package var transfersMax = 2_048
        /// Idle connections kept for reuse.
        package var idleConnectionsMax = 256
        /// A PEM file of certificate authorities in place of the system's (`AWS_CA_BUNDLE`).
        package var certificateAuthorities: String?
        /// Sent as User-Agent.
        package var userAgent = "outcrop"

        package init() {}
    }

    let engine: Engine

    package init(_ configuration: Configuration = Configuration()) { engine = Engine(configuration) }

    /// Transfers that still run keep the client: there is none left here.
    deinit { engine.letGo() }

    package func send(_ request: ClientRequest) async throws -> ClientResponse {
        try Task.checkCancellation()
        let transfer = Transfer(try PreparedRequest(request), engine: engine)
        let head = try await transfer.head()
        let reader = BodyReader(transfer, client: self)
        let body = ClientResponseBody(host: transfer.request.host) { try await reader.next() }
        return ClientResponse(status: head.status, headerFields: head.headerFields, body: body)
    }

    /// Opens libcurl and starts the thread now, so that the first request need not wait for it. Throws `.unavailable`.
    package func warmUp() async throws {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try engine.submit(.warmUp(continuation))
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Ends all transfers with `.closed` and joins the thread. May be called more than once; afterwards `send` throws `.closed`.
    package func shutdown() async { await engine.shutdown() }
}
