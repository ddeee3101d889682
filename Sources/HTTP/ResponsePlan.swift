internal import HTTPTypes

/// How one response goes out: the framing of its body, whether the body is sent, whether the connection ends. Pure.
struct ResponsePlan: Hashable, Sendable {
    /// What matters of the request.
    struct Request: Hashable, Sendable {
        var isHead = false
        var minorVersion = 1
        /// RFC 9112 §9.3, false as well when the server wants to close.
        var keepsAlive = false
    }

    var framing: ResponseHeadEncoder.Framing
    var sendsBody: Bool
    var closes: Bool

    init(_ request: Request, status: HTTPResponse.Status, body: ResponseBody) {
        sendsBody = !request.isHead
        closes = !request.keepsAlive
        switch body {
        case .empty: framing = .length(0)
        case .bytes(let bytes): framing = .length(bytes.count)
        case .stream(let contentLength?, _): framing = .length(contentLength)
        case .stream(nil, _):
            // RFC 9112 §6.1: an HTTP/1.0 client knows no chunks, the end of the connection ends the body.
            framing = request.minorVersion >= 1 ? .chunked : .untilClose
            if framing == .untilClose && sendsBody { closes = true }
            if framing == .untilClose && !sendsBody { framing = .none }
        }
        // RFC 9110 §15.3.5 and §15.4.5: these end with their head.
        if status.code == 204 || status.code == 304 {
            framing = .none
            sendsBody = false
        }
    }
}
