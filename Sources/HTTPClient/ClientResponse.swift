package import HTTPTypes
import Synchronization

/// A response whose head has come.
package struct ClientResponse: Sendable {
    package var status: HTTPResponse.Status
    package var headerFields: HTTPFields
    package var body: ClientResponseBody

    package init(status: HTTPResponse.Status, headerFields: HTTPFields = HTTPFields(), body: ClientResponseBody) {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }
}

/// The bytes of a response as they arrive, for one reader.
///
/// Each element is everything that has arrived since the last one, never empty. The transfer is paused while the reader lags, so at
/// most `bufferedBytesMax` bytes wait. Letting go of the body (or cancelling its reader) ends the transfer. Throws `HTTPClientError`
/// when the transfer breaks off: a truncated body never looks like a whole one. Only a body with neither length nor chunks, which ends with
/// the connection (RFC 9112 §6.3, as HTTP/1.0 servers do), cannot be told from its own beginning, not even over TLS: libcurl does not insist
/// on close_notify.
package struct ClientResponseBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    /// Of one response.
    package static let bufferedBytesMax = 256 * 1024

    private let nextPiece: @Sendable () async throws -> [UInt8]?

    /// Where it comes from, for errors.
    private let host: String

    /// `next` gives nil after the last piece; `host` stands in the errors of `collect`.
    package init(host: String = "", next: @escaping @Sendable () async throws -> [UInt8]?) {
        self.host = host
        nextPiece = next
    }

    /// A body that is already here.
    package init(_ bytes: [UInt8]) {
        host = ""
        let rest = Mutex(bytes)
        nextPiece = {
            rest.withLock { rest in
                defer { rest = [] }
                return rest.isEmpty ? nil : rest
            }
        }
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let nextPiece: @Sendable () async throws -> [UInt8]?

        package mutating func next() async throws -> [UInt8]? { try await nextPiece() }
        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? { try await nextPiece() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(nextPiece: nextPiece) }

    /// All of it; throws `HTTPClientError` with code `.tooLarge` past `bytesMax`.
    package func collect(bytesMax: Int) async throws -> [UInt8] {
        var whole: [UInt8] = []
        while let piece = try await nextPiece() {
            guard whole.count + piece.count <= bytesMax else {
                throw HTTPClientError(
                    .tooLarge, phase: .body, host: host, message: "the response body is larger than \(bytesMax) bytes")
            }
            if whole.isEmpty { whole = piece } else { whole += piece }
        }
        return whole
    }
}
