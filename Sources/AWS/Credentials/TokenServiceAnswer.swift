/// What STS answered, of which four elements matter: too little for an XML parser.
struct TokenServiceAnswer: Sendable {
    var status: Int
    /// The `Date` field.
    var date: String?
    var bytes: [UInt8]

    /// Throws `AWSError` when one of the four elements is missing, stands there twice or is no plain text.
    func credentials(operation: String) throws(AWSError) -> Credentials {
        let failure = { (reason: String) in AWSError(.credentials, operation: operation, message: "the answer \(reason)") }
        guard let keyID = text("AccessKeyId"), let secret = text("SecretAccessKey"), let token = text("SessionToken"),
            let expiration = text("Expiration")
        else { throw failure("lacks AccessKeyId, SecretAccessKey, SessionToken or Expiration") }
        guard let seconds = Timestamp.unixSeconds(expiration) else { throw failure("has an Expiration that is no time") }
        let credentials = Credentials(accessKeyID: keyID, secretAccessKey: secret, sessionToken: token, expiration: seconds)
        return try credentials.validated(from: operation)
    }

    /// `<ErrorResponse><Error><Code>…</Code><Message>…</Message></Error><RequestId>…</RequestId></ErrorResponse>`.
    func error(operation: String, secrets: [String]) -> AWSError {
        let shortened = { (text: String) in ServiceMessage.shortened(text, secrets: secrets) }
        let code = text("Code").map(shortened)
        let message = text("Message").map(shortened) ?? "HTTP status \(status) with a body that is no error of STS"
        return AWSError(
            .service, operation: operation, message: message, serviceCode: code, status: status,
            requestID: text("RequestId").map(shortened))
    }

    /// How far the service's clock is ahead, when the refusal of a call signed at `now` may come from that.
    func clockOffset(_ error: AWSError, now: Double) -> Double? {
        guard let code = error.serviceCode, ClockSkew.codes.contains(code) else { return nil }
        return date.flatMap(HTTPDate.unixSeconds).flatMap { ClockSkew.correction(now, offset: 0, server: $0) }
    }

    /// The text of the one element of this name; nil when there is none, more than one, an element within it, or markup
    /// (comments, CDATA, a document type) that would need a real parser.
    func text(_ element: String) -> String? {
        let markup = Array("<!".utf8), open = Array("<\(element)>".utf8), close = Array("</\(element)>".utf8)
        guard bytes[...].position(of: markup) == nil, let start = bytes[...].position(of: open) else { return nil }
        let rest = bytes[(start + open.count)...]
        guard let end = rest.position(of: close), rest.position(of: open) == nil else { return nil }
        let content = rest[..<end]
        guard !content.contains(UInt8(ascii: "<")) else { return nil }
        return Self.unescaped(content)
    }

    /// With the five entities of XML and character references resolved; nil for any other.
    private static func unescaped(_ content: ArraySlice<UInt8>) -> String? {
        var result = String.UnicodeScalarView()
        var rest = content
        while let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) {
            result.append(contentsOf: String(decoding: rest[..<ampersand], as: UTF8.self).unicodeScalars)
            guard let end = rest[ampersand...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
                let scalar = scalar(named: String(decoding: rest[(ampersand + 1)..<end], as: UTF8.self))
            else { return nil }
            result.append(scalar)
            rest = rest[(end + 1)...]
        }
        result.append(contentsOf: String(decoding: rest, as: UTF8.self).unicodeScalars)
        return String(result)
    }

    private static func scalar(named name: String) -> Unicode.Scalar? {
        let named: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
        if let scalar = named[name] { return scalar }
        guard name.utf8.first == UInt8(ascii: "#") else { return nil }
        let isHex = name.utf8.dropFirst().first == UInt8(ascii: "x")
        return UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10).flatMap(Unicode.Scalar.init)
    }
}

extension ArraySlice<UInt8> {
    fileprivate func position(of pattern: [UInt8]) -> Int? {
        var rest = self
        while let start = rest.firstIndex(of: pattern[0]) {
            if rest[start...].starts(with: pattern) { return start }
            rest = rest[(start + 1)...]
        }
        return nil
    }
}
