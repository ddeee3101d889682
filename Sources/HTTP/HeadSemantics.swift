internal import HTTPTypes

/// What the fields of a request head say about the message and the connection, gathered field by field.
struct HeadSemantics: Sendable {
    typealias Bytes = Slice<UnsafeRawBufferPointer>

    var fieldCount = 0
    private var host: String?
    private var contentLength: Int?
    private var isChunked = false
    private var closes = false
    private var asksKeepAlive = false
    private var expectsContinue = false

    /// Notes one field. True when it belongs among the request's fields (Host becomes the authority instead).
    /// The length of a name decides which one it can be, so that most fields cost no comparison.
    mutating func note(_ name: Bytes, _ value: Bytes, bodyBytesMax: Int) throws(HTTPParseError) -> Bool {
        switch name.count {
        case 4 where Octets.equals(name, ignoringCase: "host"):
            try noteHost(value)
            return false
        case 6 where Octets.equals(name, ignoringCase: "expect"): try noteExpect(value)
        case 10 where Octets.equals(name, ignoringCase: "connection"): noteConnection(value)
        case 14 where Octets.equals(name, ignoringCase: "content-length"):
            try noteContentLength(value, bodyBytesMax: bodyBytesMax)
        case 17 where Octets.equals(name, ignoringCase: "transfer-encoding"): try noteTransferEncoding(value)
        default: break
        }
        return true
    }

    /// RFC 9112 §3.2: exactly one Host, and a valid one.
    private mutating func noteHost(_ value: Bytes) throws(HTTPParseError) {
        guard host == nil else { throw .badRequest("more than one Host field") }
        guard Authority.isValid(value) else { throw .badRequest("the Host field is not a host and port") }
        host = String(decoding: value, as: UTF8.self)
    }

    /// RFC 9112 §6.3 rule 5; a repeated length is refused even where it is equal.
    private mutating func noteContentLength(_ value: Bytes, bodyBytesMax: Int) throws(HTTPParseError) {
        guard contentLength == nil else { throw .badRequest("more than one Content-Length field") }
        guard (1...19).contains(value.count), value.allSatisfy(Octets.isDigit) else { throw .contentLength }
        var length = 0
        for digit in value {
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit - 0x30))
            guard !overflow, !carry else { throw .contentLength }
            length = sum
        }
        guard length <= bodyBytesMax else { throw .bodyTooLarge(bodyBytesMax) }
        contentLength = length
    }

    /// RFC 9112 §6.1, §6.3 rule 4. Only `chunked` alone is understood.
    private mutating func noteTransferEncoding(_ value: Bytes) throws(HTTPParseError) {
        guard !isChunked else { throw .badRequest("more than one Transfer-Encoding field") }
        if Octets.equals(value, ignoringCase: "chunked") {
            isChunked = true
            return
        }
        let codings = value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { Octets.trimmed($0) }
        let chunkedCount = codings.count { Octets.equals($0, ignoringCase: "chunked") }
        guard let last = codings.last, Octets.equals(last, ignoringCase: "chunked"), chunkedCount == 1,
            codings.allSatisfy({ !$0.isEmpty })
        else { throw .badRequest("Transfer-Encoding does not end in one chunked coding") }
        throw HTTPParseError(status: 501, reason: "no transfer coding but chunked is supported")
    }

    /// RFC 9112 §9.3: a list of case-insensitive options.
    private mutating func noteConnection(_ value: Bytes) {
        for option in value.split(separator: UInt8(ascii: ",")) {
            let option = Octets.trimmed(option)
            if Octets.equals(option, ignoringCase: "close") { closes = true }
            if Octets.equals(option, ignoringCase: "keep-alive") { asksKeepAlive = true }
        }
    }

    /// RFC 9110 §10.1.1.
    private mutating func noteExpect(_ value: Bytes) throws(HTTPParseError) {
        guard Octets.equals(value, ignoringCase: "100-continue") else {
            throw HTTPParseError(status: 417, reason: "no expectation but 100-continue is supported")
        }
        expectsContinue = true
    }

    /// The finished head, once the empty line has been read.
    func head(_ line: RequestLine, _ fields: HTTPFields) throws(HTTPParseError) -> RequestHead {
        if line.minorVersion == 1, host == nil { throw .badRequest("the Host field is missing") }
        let framing = try framing(minorVersion: line.minorVersion)
        let request = HTTPRequest(
            method: line.method, scheme: "http", authority: line.authority ?? host, path: line.path, headerFields: fields)
        return RequestHead(
            request: request, framing: framing, minorVersion: line.minorVersion,
            keepsAlive: !closes && (line.minorVersion == 1 || asksKeepAlive),
            expectsContinue: expectsContinue && line.minorVersion == 1 && framing != .none && framing != .length(0))
    }

    /// RFC 9112 §6.3. Both framings at once and chunked under HTTP/1.0 are request smuggling (§6.1, §11.2).
    private func framing(minorVersion: Int) throws(HTTPParseError) -> RequestHead.Framing {
        guard isChunked else { return contentLength.map { .length($0) } ?? .none }
        guard contentLength == nil else { throw .badRequest("both Transfer-Encoding and Content-Length") }
        guard minorVersion == 1 else { throw .badRequest("Transfer-Encoding in an HTTP/1.0 request") }
        return .chunked
    }
}

extension HTTPParseError {
    static var contentLength: HTTPParseError { .badRequest("Content-Length is not a decimal number") }

    static func bodyTooLarge(_ bytesMax: Int) -> HTTPParseError {
        HTTPParseError(status: 413, reason: "the body is larger than \(bytesMax) bytes")
    }
}
