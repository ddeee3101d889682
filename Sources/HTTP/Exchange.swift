package import HTTPTypes

/// A request as a handler sees it.
package struct ServerRequest: Sendable {
    package var head: HTTPRequest
    /// From a valid `x-request-id`, otherwise made here; goes out again in the response.
    package var id: String
    package var peer: PeerAddress
    /// The decoded path and query.
    package var target: RequestTarget
    /// Values of `:name` segments, percent-decoded.
    package var pathParameters: [String: String]
    package var body: RequestBody

    package init(
        head: HTTPRequest, id: String, peer: PeerAddress, target: RequestTarget, pathParameters: [String: String] = [:],
        body: RequestBody
    ) {
        self.head = head
        self.id = id
        self.peer = peer
        self.target = target
        self.pathParameters = pathParameters
        self.body = body
    }
}

/// The numeric address of the other end.
package struct PeerAddress: Hashable, Sendable {
    package var host: String
    package var port: Int
    /// 127.0.0.0/8, ::1 or ::ffff:127.0.0.0/104.
    package var isLoopback: Bool

    package init(host: String, port: Int, isLoopback: Bool) {
        self.host = host
        self.port = port
        self.isLoopback = isLoopback
    }
}

/// An answer. `content-length`, `transfer-encoding`, `connection`, `date` are the server's own business.
package struct ServerResponse: Sendable {
    package var status: HTTPResponse.Status
    package var headerFields: HTTPFields
    package var body: ResponseBody

    package init(status: HTTPResponse.Status, headerFields: HTTPFields = [:], body: ResponseBody = .empty) {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }
}

package enum ResponseBody: Sendable {
    case empty
    case bytes([UInt8])
    /// Written piece by piece; chunked unless `contentLength` is known. Runs in the connection's task and is cancelled when the peer goes.
    /// Throwing after the first write cuts the connection without a proper end, so a truncation never looks complete.
    case stream(contentLength: Int?, @Sendable (any ResponseWriter) async throws -> Void)

    /// Whether the end is in sight: nothing is left to compute.
    var hasKnownLength: Bool {
        if case .stream(nil, _) = self { false } else { true }
    }
}

/// Thrown by a stream that has told the client of its failure, and the log where it belongs there: the connection is cut and nothing more is said.
package struct ResponseCut: Error, Hashable, Sendable {
    package init() {}
}

/// Where a streaming body goes.
package protocol ResponseWriter: Sendable {
    /// Sends these bytes as one chunk with one `send`; returns when the kernel has taken them (back-pressure). Throws when the peer is gone.
    func write(_ bytes: [UInt8]) async throws
    /// As `write`, and the body's end goes with it; nothing can be written after.
    func writeLast(_ bytes: [UInt8]) async throws
}

extension ResponseWriter {
    /// For writers whose end is not theirs to write.
    package func writeLast(_ bytes: [UInt8]) async throws { try await write(bytes) }
}

/// Turns a request into a response. Throwing is answered by the server's error renderer.
package typealias Handler = @Sendable (ServerRequest) async throws -> ServerResponse
