package import HTTPTypes

/// Reads one HTTP/1.x request head from bytes. Pure: no I/O, no clock.
///
/// Three outcomes, as in picohttpparser: complete, need more, refused.
package struct RequestHeadParser: Sendable {
    package enum Outcome: Sendable {
        /// `consumed` bytes of the buffer belong to this head (with any blank line before it).
        case complete(RequestHead, consumed: Int)
        case needMore
        /// The connection must close after the answer.
        case refused(HTTPParseError)
    }

    package init(limits: HTTPLimits) { fatalError("contract") }

    /// Looks at the start of `bytes`, which holds everything received and not yet consumed.
    /// Remembers how far it has scanned, so feeding byte by byte costs O(n) in all.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome { fatalError("contract") }
}

/// A validated request head. Everything a handler may trust about framing.
package struct RequestHead: Sendable {
    package enum Framing: Hashable, Sendable { case none, length(Int), chunked }

    /// Method, path (the request target as sent, in origin or asterisk form), authority (Host) and fields.
    package var request: HTTPRequest
    package var framing: Framing
    /// 0 or 1: the minor version of HTTP/1.x.
    package var minorVersion: Int
    /// RFC 9112 §9.3.
    package var keepsAlive: Bool
    /// RFC 9110 §10.1.1.
    package var expectsContinue: Bool

    package init(request: HTTPRequest, framing: Framing, minorVersion: Int, keepsAlive: Bool, expectsContinue: Bool) {
        self.request = request
        self.framing = framing
        self.minorVersion = minorVersion
        self.keepsAlive = keepsAlive
        self.expectsContinue = expectsContinue
    }
}

/// Why bytes were refused, with the status that says so.
package struct HTTPParseError: Error, Hashable, Sendable {
    /// 400, 411, 413, 414, 417, 431, 501 or 505.
    package var status: Int
    package var reason: String

    package init(status: Int, reason: String) {
        self.status = status
        self.reason = reason
    }
}
