/// Finds the end of one CRLF-terminated line in a growing buffer and remembers how far it has looked.
///
/// The verdict depends only on the position of the first octet that decides, never on how the bytes were split:
/// whichever comes first of the line's end, a forbidden octet and the limit wins.
struct LineScanner: Sendable {
    enum Outcome: Equatable {
        /// The line's content without CRLF; scanning goes on at `next`.
        case line(Range<Int>, next: Int)
        case needMore
        /// No line end before the limit.
        case tooLong
        /// A control character, a CR without LF or an LF without CR.
        case forbidden(UInt8)
    }

    /// Offset of the line's first byte.
    private(set) var lineStart = 0
    /// Everything before this offset has been looked at and holds no control character.
    private(set) var position = 0

    /// Looks for the end of the line. Its CR must stand before offset `limit`.
    ///
    /// Invariant: `lineStart <= position <= bytes.count`, because `bytes` only grows at its end until the owner resets the scanner.
    mutating func next(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Outcome {
        precondition(position <= bytes.count, "the buffer shrank while a head was being read")
        let end = min(bytes.count, limit)
        while position < end, !Octets.isControl(bytes[position]) { position += 1 }
        guard position < limit else { return .tooLong }
        guard position < bytes.count else { return .needMore }
        let stop = bytes[position]
        guard stop == Octets.carriageReturn else { return .forbidden(stop) }
        guard position + 1 < bytes.count else { return .needMore }
        guard bytes[position + 1] == Octets.lineFeed else { return .forbidden(stop) }
        let content = lineStart..<position
        position += 2
        lineStart = position
        return .line(content, next: position)
    }
}
