package import HTTPTypes
package import Logging

/// An HTTP/1.1 server: one epoll thread, one task a connection.
package final class Server: Sendable {
    package struct Configuration: Sendable {
        package var host = "127.0.0.1"
        /// 0 takes any free port.
        package var port = 8080
        package var limits = HTTPLimits()
        package var backlog = 512
        /// The body for an error answer (content type, bytes), so that refusals carry the API's envelope.
        package var renderError: @Sendable (HTTPResponse.Status, _ message: String) -> (contentType: String, body: [UInt8])

        package init(
            renderError: @escaping @Sendable (HTTPResponse.Status, String) -> (contentType: String, body: [UInt8])
        ) {
            self.renderError = renderError
        }
    }

    /// Binds and listens at once (throws with the remedy when the port is taken); serves after `run`.
    package init(_ configuration: Configuration, logger: Logger, handler: @escaping Handler) throws { fatalError("contract") }

    /// The port actually bound.
    package var port: Int { fatalError("contract") }

    /// Serves until `shutdown`, then returns when every connection has ended or the drain deadline has passed.
    package func run() async throws { fatalError("contract") }

    /// Stops accepting, finishes running exchanges, closes idle connections. Safe to call from a signal source, more than once.
    package func shutdown() { fatalError("contract") }
}
