package import HTTPTypes

/// A validated request head. Everything a handler may trust about framing.
package struct RequestHead: Sendable {
    package enum Framing: Hashable, Sendable { case none, length(Int), chunked }

    /// Method, path (the request target in origin or asterisk form; absolute form is reduced to it), authority
    /// (the target's, otherwise Host) and the fields without Host, in the order sent.
    package var request: HTTPRequest
    package var framing: Framing
    /// 0 or 1: the minor version of HTTP/1.x; a higher one counts as 1 (RFC 9112 §2.3).
    package var minorVersion: Int
    /// RFC 9112 §9.3.
    package var keepsAlive: Bool
    /// RFC 9110 §10.1.1: the client waits for `100 Continue`. Never with HTTP/1.0, never where no body follows.
    package var expectsContinue: Bool

    package init(request: HTTPRequest, framing: Framing, minorVersion: Int, keepsAlive: Bool, expectsContinue: Bool) {
        self.request = request
        self.framing = framing
        self.minorVersion = minorVersion
        self.keepsAlive = keepsAlive
        self.expectsContinue = expectsContinue
    }
}
