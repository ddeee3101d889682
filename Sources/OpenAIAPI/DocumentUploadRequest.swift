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
        if filename == "." || filename == ".." { return "'.' and '..' are not file names." }
        if filename.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "a file name must not contain control characters."
        }
        if filename.hasSuffix(".metadata.json") {
            return "names ending in '.metadata.json' are reserved: send the metadata in the field 'metadata'."
        }
        return nil
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
