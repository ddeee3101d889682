/// Sends a request somewhere: `CurlClient`, or a scripted stand-in in tests.
package protocol HTTPTransport: Sendable {
    /// Returns when the response head has come; the body follows as it is read. Throws `HTTPClientError` or `CancellationError`.
    /// Cancelling the calling task ends the transfer.
    func send(_ request: ClientRequest) async throws -> ClientResponse
}
