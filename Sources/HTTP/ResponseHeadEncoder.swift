package import HTTPTypes

/// The bytes of a response head (RFC 9112 §4, §6). Pure: the date is a parameter.
package struct ResponseHeadEncoder: Sendable {
    /// How the end of the body is marked (RFC 9112 §6.3).
    package enum Framing: Hashable, Sendable {
        /// No length is declared: interim answers, 204, 304.
        case none
        /// `content-length`; also for HEAD, where the body is left out.
        case length(Int)
        /// `transfer-encoding: chunked`; HTTP/1.1 clients only.
        case chunked
        /// The end of the connection ends the body: streams to HTTP/1.0 clients.
        case untilClose
    }

    package var status: HTTPResponse.Status
    /// `content-length`, `transfer-encoding`, `connection`, `keep-alive` and `date` in here are dropped: they are the encoder's own.
    package var headerFields: HTTPFields
    package var framing: Framing
    /// False adds `connection: close`.
    package var keepsAlive: Bool
    /// The minor version of the request: an HTTP/1.0 client is told `connection: keep-alive`.
    package var requestMinorVersion: Int
    /// See `HTTPDate.imfFixdate`; nil leaves the field out.
    package var date: String?

    package init(
        status: HTTPResponse.Status, headerFields: HTTPFields = [:], framing: Framing, keepsAlive: Bool,
        requestMinorVersion: Int = 1, date: String?
    ) {
        self.status = status
        self.headerFields = headerFields
        self.framing = framing
        self.keepsAlive = keepsAlive
        self.requestMinorVersion = requestMinorVersion
        self.date = date
    }

    /// Throws `ResponseHeadError` when a field holds CR, LF, NUL or another control character: nothing of the response may go out then.
    package func encode() throws(ResponseHeadError) -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(256)
        try appendStatusLine(to: &head)
        for field in headerFields where !Self.isOwn(field.name) { try Self.append(field, to: &head) }
        if status.code >= 200 { try appendOwnFields(to: &head) }
        head += [Octets.carriageReturn, Octets.lineFeed]
        return head
    }

    /// `HTTP/1.1 200 OK`: the server's own version whatever the client's (RFC 9110 §2.5).
    private func appendStatusLine(to head: inout [UInt8]) throws(ResponseHeadError) {
        guard (100...999).contains(status.code) else { throw ResponseHeadError(field: "status") }
        head += "HTTP/1.1 ".utf8
        for unit in [100, 10, 1] { head.append(UInt8(ascii: "0") + UInt8(status.code / unit % 10)) }
        head.append(Octets.space)
        let phrase = status.reasonPhrase.isEmpty ? ReasonPhrase.standard(for: status.code) : status.reasonPhrase
        try Self.appendChecked(phrase.utf8, field: "reason-phrase", to: &head)
        head += [Octets.carriageReturn, Octets.lineFeed]
    }

    /// Interim answers carry none of these.
    private func appendOwnFields(to head: inout [UInt8]) throws(ResponseHeadError) {
        if let date { try Self.append("date", date.utf8, to: &head) }
        if let (name, value) = framingField { try Self.append(name, value.utf8, to: &head) }
        if !keepsAlive || framing == .untilClose {
            try Self.append("connection", "close".utf8, to: &head)
        } else if requestMinorVersion == 0 {
            try Self.append("connection", "keep-alive".utf8, to: &head)
        }
    }

    /// RFC 9110 §8.6 and RFC 9112 §6.1: no length and no coding with 204; with 304 neither, since no body is ever sent.
    private var framingField: (name: String, value: String)? {
        if status.code == 204 || status.code == 304 { return nil }
        return switch framing {
        case .none, .untilClose: nil
        case .length(let count): ("content-length", String(count))
        case .chunked: ("transfer-encoding", "chunked")
        }
    }

    private static func isOwn(_ name: HTTPField.Name) -> Bool {
        switch name.canonicalName {
        case "content-length", "transfer-encoding", "connection", "keep-alive", "date": true
        default: false
        }
    }

    private static func append(_ field: HTTPField, to head: inout [UInt8]) throws(ResponseHeadError) {
        try field.withUnsafeBytesOfValue { bytes throws(ResponseHeadError) in
            try append(field.name.rawName, bytes, to: &head)
        }
    }

    /// One field line. The last door before the wire: whatever the types above promise, the octets are looked at here.
    static func append(_ name: String, _ value: some Collection<UInt8>, to head: inout [UInt8]) throws(ResponseHeadError) {
        guard !name.isEmpty, name.utf8.allSatisfy(Octets.isToken) else { throw ResponseHeadError(field: "a field name") }
        head += name.utf8
        head += [Octets.colon, Octets.space]
        try appendChecked(value, field: name, to: &head)
        head += [Octets.carriageReturn, Octets.lineFeed]
    }

    private static func appendChecked(
        _ bytes: some Collection<UInt8>, field: String, to head: inout [UInt8]
    ) throws(ResponseHeadError) {
        guard !bytes.contains(where: Octets.isControl) else { throw ResponseHeadError(field: field) }
        head += bytes
    }
}

/// A response head that must not be sent: a field holds octets that would break the message apart (RFC 9110 §5.5).
package struct ResponseHeadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field's name, never its value.
    package var field: String

    package var description: String {
        "the response cannot be sent: \(field) holds a control character or is out of range; remove it from what the handler returns"
    }
}
