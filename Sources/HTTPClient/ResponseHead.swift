internal import HTTPTypes

/// Status and fields of a response.
struct ResponseHead: Sendable {
    var status: HTTPResponse.Status
    var headerFields: HTTPFields
}

/// Puts a head together from the lines curl hands over one by one, end of line included. Interim heads (1xx, RFC 9110 §15.2) are
/// skipped; what comes after the head (trailers) is ignored, but counts, because curl keeps it. Pure.
struct ResponseHeadParser {
    enum Problem: Error {
        case tooLarge
        /// No status line, or a field that is none.
        case malformed
    }

    private(set) var byteCount = 0
    /// Set once the empty line has come.
    private(set) var isComplete = false
    private var status: HTTPResponse.Status?
    private var fields = HTTPFields()
    /// The last field, until it is known whether the next line continues it: a field only then, as making one walks through its value.
    private var lastName: HTTPField.Name?
    private var lastValue: [UInt8] = []

    /// Gives the head when `line` was its end.
    mutating func take(_ line: UnsafeRawBufferPointer) throws(Problem) -> ResponseHead? {
        byteCount += line.count
        guard byteCount <= ClientLimits.headBytesMax else { throw .tooLarge }
        if isComplete { return nil }
        let text = line[...].trimmedEnd
        guard let status else {
            self.status = try Self.status(text)
            return nil
        }
        if text.isEmpty { return finish(status) }
        try add(text)
        return nil
    }

    private mutating func finish(_ status: HTTPResponse.Status) -> ResponseHead? {
        appendLast()
        let head = ResponseHead(status: status, headerFields: fields)
        fields = HTTPFields()
        self.status = nil
        guard status.kind != .informational else { return nil }
        isComplete = true
        return head
    }

    private mutating func add(_ line: Slice<UnsafeRawBufferPointer>) throws(Problem) {
        if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") { return try fold(line) }
        appendLast()
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
            let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        else { throw .malformed }
        lastName = name
        lastValue = Array(line[(colon + 1)...].trimmed)
    }

    private mutating func appendLast() {
        if let name = lastName.take() { fields.append(HTTPField(name: name, lenientValue: lastValue)) }
    }

    /// RFC 9112 §5.2: a user agent must replace obs-fold with spaces.
    private mutating func fold(_ line: Slice<UnsafeRawBufferPointer>) throws(Problem) {
        guard lastName != nil else { throw .malformed }
        lastValue.append(UInt8(ascii: " "))
        lastValue += line.trimmed
    }

    /// `HTTP/1.1 200 OK`, `HTTP/2 200`.
    private static func status(_ line: Slice<UnsafeRawBufferPointer>) throws(Problem) -> HTTPResponse.Status {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard parts.count >= 2, parts[0].starts(with: Array("HTTP/".utf8)), parts[1].count == 3,
            let code = Int(String(decoding: parts[1], as: UTF8.self)), (100...999).contains(code)
        else { throw .malformed }
        let reason = parts.count == 3 ? String(decoding: parts[2], as: UTF8.self) : ""
        return HTTPResponse.Status(code: code, reasonPhrase: reason)
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Without the end of the line and blanks before it.
    fileprivate var trimmedEnd: Self {
        var slice = self
        while let byte = slice.last, byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A { slice = slice.dropLast() }
        return slice
    }

    /// Without blanks before and after a value.
    fileprivate var trimmed: Self { trimmedEnd.drop { $0 == 0x20 || $0 == 0x09 } }
}
