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

    package init(_ configuration: Configuration = Configuration()) { fatalError("contract") }

    package func send(_ request: ClientRequest) async throws -> ClientResponse { fatalError("contract") }

    /// Opens libcurl and starts the thread now, so that the first request need not wait for it. Throws `.unavailable`.
    package func warmUp() async throws { fatalError("contract") }

    /// Ends all transfers with `.closed` and joins the thread.
    package func shutdown() async { fatalError("contract") }
}
