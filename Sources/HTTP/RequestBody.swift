/// The body of a request: pieces as they arrive, pulled by the handler (nothing is read ahead of need).
package struct RequestBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = any Error

    /// Declared length, nil when chunked.
    package let contentLength: Int?
    private let source: @Sendable () async throws -> [UInt8]?

    /// `next` gives the following piece, nil at the end; it throws `HTTPParseError` for bad framing, an exceeded limit or a deadline (408).
    package init(contentLength: Int?, next: @escaping @Sendable () async throws -> [UInt8]?) {
        self.contentLength = contentLength
        source = next
    }

    package static var empty: RequestBody { RequestBody(contentLength: 0) { nil } }

    package struct AsyncIterator: AsyncIteratorProtocol {
        let source: @Sendable () async throws -> [UInt8]?
        package mutating func next() async throws -> [UInt8]? { try await source() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }

    /// The whole body; throws `HTTPParseError` 413 past `bytesMax`.
    package func collect(bytesMax: Int) async throws -> [UInt8] {
        let tooLarge = HTTPParseError(status: 413, reason: "the body is larger than \(bytesMax) bytes")
        if let contentLength, contentLength > bytesMax { throw tooLarge }
        var bytes: [UInt8] = []
        // The rest is taken as it comes: a declared length costs its sender nothing.
        bytes.reserveCapacity(Swift.min(contentLength ?? 0, EngineLimits.pieceBytesMax))
        for try await piece in self {
            guard bytes.count + piece.count <= bytesMax else { throw tooLarge }
            bytes += piece
        }
        return bytes
    }
}
