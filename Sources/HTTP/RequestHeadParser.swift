internal import HTTPTypes

/// Reads one HTTP/1.x request head from bytes. Pure: no I/O, no clock.
///
/// Three outcomes, as in picohttpparser: complete, need more, refused. The outcome never depends on how the bytes were split.
/// Where RFC 9112 lets a recipient choose between mending and refusing, it refuses: LF without CR (§2.2), folded lines (§5.2),
/// white space before a colon (§5.1), repeated lengths (§6.3).
///
/// Cost: one pass over the bytes; each field costs its name and value strings (short ones stand inline) and one array slot.
package struct RequestHeadParser: Sendable {
    package enum Outcome: Sendable {
        /// `consumed` bytes of the buffer belong to this head (with any blank line before it).
        case complete(RequestHead, consumed: Int)
        case needMore
        /// The connection must close after the answer.
        case refused(HTTPParseError)
    }

    /// Blank lines skipped before a request line (RFC 9112 §2.2 asks for at least one).
    package static let leadingBlankLinesMax = 4

    private let limits: HTTPLimits
    private var scanner = LineScanner()
    private var blankLineCount = 0
    private var headStart = 0
    private var requestLine: RequestLine?
    private var fields = HTTPFields()
    private var semantics = HeadSemantics()

    package init(limits: HTTPLimits) { self.limits = limits }

    /// Looks at the start of `bytes`, which holds everything received and not yet consumed.
    /// Remembers how far it has scanned, so feeding byte by byte costs O(n) in all.
    /// After `complete` or `refused` it is ready for the next head.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        do {
            while let (line, next) = try nextLine(bytes) {
                if let head = try take(UnsafeRawBufferPointer(rebasing: bytes[line]), next: next) {
                    self = RequestHeadParser(limits: limits)
                    return .complete(head, consumed: next)
                }
            }
            return .needMore
        } catch {
            self = RequestHeadParser(limits: limits)
            return .refused(error)
        }
    }

    /// The next whole line, nil when its end has not arrived.
    private mutating func nextLine(_ bytes: UnsafeRawBufferPointer) throws(HTTPParseError) -> (Range<Int>, next: Int)? {
        if requestLine == nil { try checkFirstByte(bytes) }
        // The final LF of the head stands at most at headStart + headBytesMax - 1, so a CR at most one before.
        let headLimit = headStart + limits.headBytesMax - 1
        let lineLimit = requestLine == nil ? headStart + limits.requestLineBytesMax + 1 : headLimit
        switch scanner.next(bytes, limit: min(headLimit, lineLimit)) {
        case .line(let content, let next): return (content, next)
        case .needMore: return nil
        case .tooLong: throw requestLine == nil ? .requestLineTooLong(limits) : .headTooLarge(limits)
        case .forbidden(let byte): throw .forbidden(byte)
        }
    }

    /// Refuses at once what cannot be a method, such as a TLS handshake, rather than wait for a line end that never comes.
    private func checkFirstByte(_ bytes: UnsafeRawBufferPointer) throws(HTTPParseError) {
        guard scanner.lineStart < bytes.count else { return }
        let first = bytes[scanner.lineStart]
        guard Octets.isToken(first) || first == Octets.carriageReturn else {
            throw .badRequest("this is not an HTTP/1.1 request line")
        }
    }

    /// Takes one line; gives the head when it was the empty line at its end.
    private mutating func take(_ line: UnsafeRawBufferPointer, next: Int) throws(HTTPParseError) -> RequestHead? {
        guard let requestLine else {
            try takeFirst(line, next: next)
            return nil
        }
        guard line.isEmpty else {
            try takeField(line)
            return nil
        }
        return try semantics.head(requestLine, fields)
    }

    private mutating func takeFirst(_ line: UnsafeRawBufferPointer, next: Int) throws(HTTPParseError) {
        guard line.isEmpty else {
            requestLine = try RequestLine(line)
            fields.reserveCapacity(16)
            return
        }
        blankLineCount += 1
        headStart = next
        guard blankLineCount <= Self.leadingBlankLinesMax else { throw .badRequest("too many blank lines before the request") }
    }

    private mutating func takeField(_ line: UnsafeRawBufferPointer) throws(HTTPParseError) {
        semantics.fieldCount += 1
        guard semantics.fieldCount <= limits.fieldCountMax else {
            throw HTTPParseError(status: 431, reason: "more than \(limits.fieldCountMax) header fields")
        }
        let (name, value) = try Self.split(line)
        guard try semantics.note(name, value, bodyBytesMax: limits.bodyBytesMax) else { return }
        // The name's octets are a token, so the initializer cannot fail.
        guard let fieldName = HTTPField.Name(String(decoding: name, as: UTF8.self)) else { throw .fieldName }
        let octets = UnsafeRawBufferPointer(rebasing: value)
        fields.append(
            Octets.text(octets).map { HTTPField(name: fieldName, value: $0) } ?? HTTPField(name: fieldName, value: octets))
    }

    /// `field-name ":" OWS field-value OWS` (RFC 9112 §5). The scanner has already refused control characters.
    static func split(
        _ line: UnsafeRawBufferPointer
    ) throws(HTTPParseError) -> (name: Slice<UnsafeRawBufferPointer>, value: Slice<UnsafeRawBufferPointer>) {
        guard !Octets.isBlank(line[0]) else { throw .badRequest("folded header lines are obsolete; send one line a field") }
        var colon = 0
        while colon < line.count, Octets.isToken(line[colon]) { colon += 1 }
        guard colon > 0, colon < line.count, line[colon] == Octets.colon else { throw .fieldName }
        return (line[..<colon], Octets.trimmed(line[(colon + 1)...]))
    }
}

extension HTTPParseError {
    static var fieldName: HTTPParseError { .badRequest("a header line does not begin with a field name and a colon") }

    static func requestLineTooLong(_ limits: HTTPLimits) -> HTTPParseError {
        HTTPParseError(status: 414, reason: "the request line is longer than \(limits.requestLineBytesMax) bytes")
    }

    static func headTooLarge(_ limits: HTTPLimits) -> HTTPParseError {
        HTTPParseError(status: 431, reason: "the request head is larger than \(limits.headBytesMax) bytes")
    }

    static func forbidden(_ byte: UInt8) -> HTTPParseError {
        switch byte {
        case Octets.carriageReturn: .badRequest("a CR without LF in the request head")
        case Octets.lineFeed: .badRequest("a line that ends in LF without CR in the request head")
        default: .badRequest("a control character in the request head")
        }
    }
}
