/// Frames for `text/event-stream` (WHATWG HTML §9.2).
package enum ServerSentEvents {
    /// `data: <payload>\n\n`, with one `data:` line per line of the payload.
    /// LF, CRLF and CR each end a line, as they do for the reader: it gets the payload back with LF between the lines.
    package static func data(_ payload: some Sequence<UInt8>) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(payload.underestimatedCount + 8)
        frame += prefix
        var afterReturn = false
        for byte in payload {
            let endsLine = byte == Octets.carriageReturn || (byte == Octets.lineFeed && !afterReturn)
            if endsLine {
                frame.append(Octets.lineFeed)
                frame += prefix
            } else if byte != Octets.lineFeed {
                frame.append(byte)
            }
            afterReturn = byte == Octets.carriageReturn
        }
        frame += [Octets.lineFeed, Octets.lineFeed]
        return frame
    }

    private static let prefix = Array("data: ".utf8)

    /// A comment that keeps proxies awake: `: keepalive\n\n`.
    package static let keepAlive: [UInt8] = Array(": keepalive\n\n".utf8)
}
