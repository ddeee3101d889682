/// The header block of one part of `multipart/form-data` (RFC 7578 §4).
struct MultipartPartHead {
    let name: String
    let filename: String?
    let contentType: String?

    /// Header lines of one part.
    static let fieldCountMax = 32

    /// `bytes` is the block without its final empty line; lines are separated by CRLF. Throws 400.
    init(_ bytes: some BidirectionalCollection<UInt8>) throws(HTTPParseError) {
        var disposition: FieldParameters?
        var contentType: String?
        for line in try Self.lines(Array(bytes)) {
            let (name, value) = try Self.field(line)
            switch name {
            case "content-disposition":
                guard disposition == nil, let parsed = FieldParameters(value) else { throw .disposition }
                disposition = parsed
            case "content-type": contentType = String(validating: value, as: UTF8.self)
            case "content-transfer-encoding": try Self.checkTransferEncoding(value)
            default: break
            }
        }
        guard let disposition, disposition.value == "form-data", let name = disposition["name"].flatMap(Self.text) else {
            throw .disposition
        }
        self.name = name
        self.contentType = contentType
        filename = try Self.filename(disposition)
    }

    private static func lines(_ bytes: [UInt8]) throws(HTTPParseError) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        for line in bytes.split(separator: Octets.lineFeed, omittingEmptySubsequences: false) {
            let isLast = line.endIndex == bytes.endIndex
            guard isLast || line.last == Octets.carriageReturn else { throw .partHeader }
            let content = isLast ? line : line.dropLast()
            guard !content.contains(where: Octets.isControl) else { throw .partHeader }
            if !content.isEmpty { lines.append(content) }
        }
        guard lines.count <= fieldCountMax else { throw .badRequest("a part has more than \(fieldCountMax) header lines") }
        return lines
    }

    private static func field(_ line: ArraySlice<UInt8>) throws(HTTPParseError) -> (name: String, value: ArraySlice<UInt8>) {
        let name = line.prefix(while: Octets.isToken)
        guard !name.isEmpty, line[name.endIndex...].first == Octets.colon else { throw .partHeader }
        let value = Octets.trimmed(line[(name.endIndex + 1)...])
        return (String(decoding: name.map(Octets.lowercased), as: UTF8.self), value)
    }

    /// RFC 7578 §4.7 deprecates it; what is not the bytes themselves would be stored wrongly.
    private static func checkTransferEncoding(_ value: ArraySlice<UInt8>) throws(HTTPParseError) {
        let isPlain =
            Octets.equals(value, ignoringCase: "binary") || Octets.equals(value, ignoringCase: "8bit")
            || Octets.equals(value, ignoringCase: "7bit")
        guard isPlain else { throw .badRequest("a part has a Content-Transfer-Encoding; send the bytes as they are") }
    }

    /// `filename*` (RFC 8187) wins over `filename`, whose octets are taken as UTF-8 (RFC 7578 §5.1) and never percent-decoded.
    private static func filename(_ disposition: FieldParameters) throws(HTTPParseError) -> String? {
        if let extended = disposition["filename*"] {
            guard let name = extendedText(extended) else { throw .filename }
            return name
        }
        guard let octets = disposition["filename"] else { return nil }
        guard let name = text(octets) else { throw .filename }
        return name
    }

    /// `UTF-8'language'percent-encoded` (RFC 8187 §3.2); other character sets are refused.
    private static func extendedText(_ octets: [UInt8]) -> String? {
        let parts = octets.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, Octets.equals(parts[0], ignoringCase: "utf-8") else { return nil }
        return PercentDecoding.decode(parts[2]).flatMap(text)
    }

    private static func text(_ octets: [UInt8]) -> String? {
        String(validating: octets, as: UTF8.self).flatMap { $0.holdsControlCharacter ? nil : $0 }
    }
}

extension HTTPParseError {
    static var disposition: HTTPParseError {
        .badRequest("a part has no valid Content-Disposition: form-data with a name")
    }
    static var partHeader: HTTPParseError { .badRequest("a header line of a part is not a valid field") }
    static var filename: HTTPParseError { .badRequest("the file name of a part is not UTF-8 or holds control characters") }
}
