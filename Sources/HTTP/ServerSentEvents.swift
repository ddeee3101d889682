/// Frames for `text/event-stream` (WHATWG HTML §9.2).
package enum ServerSentEvents {
    /// `data: <payload>\n\n`, with one `data:` line per line of the payload.
    package static func data(_ payload: some Sequence<UInt8>) -> [UInt8] { fatalError("contract") }
    /// A comment that keeps proxies awake: `: keepalive\n\n`.
    package static let keepAlive: [UInt8] = Array(": keepalive\n\n".utf8)
}
