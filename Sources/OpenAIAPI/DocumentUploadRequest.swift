package import RAG

/// The body of `POST /v1/documents`: what the client is about to upload.
package struct DocumentUploadRequest: Sendable {
    /// What common file systems allow.
    package static let filenameBytesMax = 255
    package static let contentTypeCharactersMax = 255

    package var filename: String
    package var contentType: String?
    /// The file's size where the client tells it.
    package var byteCount: Int?
    package var metadata: [String: JSONValue]

    /// Whether `filename` may be stored; nil, or why not, for people. Unicode and spaces are welcome.
    package static func objection(toFilename filename: String) -> String? {
        if filename.isEmpty { return "a file name must not be empty." }
        if filename.utf8.count > filenameBytesMax { return "a file name may have at most \(filenameBytesMax) bytes in UTF-8." }
        if filename.unicodeScalars.contains(where: { $0 == "/" || $0 == "\\" }) {
            return "a file name must not contain '/' or '\\': send the name without its folder."
        }
        if filename.utf8.first == UInt8(ascii: ".") { return "a file name must not begin with a dot." }
        if filename.unicodeScalars.allSatisfy(\.properties.isWhitespace) { return "a file name must not be blank." }
        if filename.unicodeScalars.contains(where: isUnprintable) {
            return "a file name must not contain control characters, line separators or overrides of the text's direction."
        }
        // By bytes: hasSuffix compares characters, and a character may have swallowed the dot.
        if filename.utf8.suffix(reservedSuffix.utf8.count).elementsEqual(reservedSuffix.utf8) {
            return "names ending in '.metadata.json' are reserved: send the metadata in the field 'metadata'."
        }
        return nil
    }

    private static let reservedSuffix = ".metadata.json"

    /// What could break a line, or show `gpj.exe` as `exe.jpg`; marks such as U+200F, which names in Arabic use, are welcome.
    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: 0x202A...0x202E ~= scalar.value || 0x2066...0x2069 ~= scalar.value
        }
    }
}

extension DocumentUploadRequest: DecodableRequest {
    package init(fields: JSONFields) throws {
        guard let name = try fields.string("filename") else { throw fields.missing("filename") }
        if let objection = Self.objection(toFilename: name) {
            throw JSONFields.invalid("filename", "invalid_filename", objection)
        }
        filename = name
        contentType = try fields.string("content_type", charactersMax: Self.contentTypeCharactersMax)
        byteCount = try fields.integer("bytes", in: 0...Int.max)
        metadata = try Metadata.read(fields)
        if let contentType, !Self.isMediaType(contentType) {
            throw JSONFields.invalid("content_type", "invalid_content_type", "expected a media type such as 'application/pdf'.")
        }
    }

    /// type "/" subtype of tokens, then parameters in printable ASCII (RFC 9110 §8.3.1): nothing that could end a header line.
    private static func isMediaType(_ text: String) -> Bool {
        guard text.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) else { return false }
        let essence = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let parts = essence.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { isTokenCharacter($0) }
            }
    }

    /// RFC 9110 §5.6.2
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
