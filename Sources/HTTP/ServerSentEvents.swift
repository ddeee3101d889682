/// Frames for `text/event-stream` (WHATWG HTML §9.2).
package enum ServerSentEvents {
    /// `data: <payload>\n\n`, with one `data:` line per line of the payload.
    /// LF, CRLF and CR each end a line, as they do for the reader: it gets the payload back with LF between the lines.
    package static func data(_ payload: some Sequence<UInt8>) -> [UInt8] {
        let payload = Array(payload)
        var frame: [UInt8] = []
        frame.reserveCapacity(payload.count + 8)
        append(payload, to: &frame)
        return frame
    }

    /// As `data`, behind what `output` holds already.
    package static func append(_ payload: [UInt8], to output: inout [UInt8]) {
        output += prefix
        // Runs between line ends are copied whole; JSON is one run.
        var run = payload.startIndex
        var index = run
        while index < payload.endIndex {
            let byte = payload[index]
            guard byte == Octets.carriageReturn || byte == Octets.lineFeed else {
                index += 1
                continue
            }
            output += payload[run..<index]
            output.append(Octets.lineFeed)
            output += prefix
            index +=
                byte == Octets.carriageReturn && index + 1 < payload.endIndex && payload[index + 1] == Octets.lineFeed ? 2 : 1
            run = index
        }
        output += payload[run...]
        output += end
    }

    /// A frame whose payload `write` appends: one line, so neither CR nor LF, as JSON without whitespace has none.
    package static func append(to output: inout [UInt8], line write: (inout [UInt8]) -> Void) {
        output += prefix
        write(&output)
        output += end
    }

    private static let end = [Octets.lineFeed, Octets.lineFeed]
    private static let prefix = Array("data: ".utf8)

    /// A comment that keeps proxies awake: `: keepalive\n\n`.
    package static let keepAlive: [UInt8] = Array(": keepalive\n\n".utf8)
}
