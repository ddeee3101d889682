/// Reads `multipart/form-data` (RFC 7578) incrementally: bounded memory whatever the file's size. Pure.
package struct MultipartParser: Sendable {
    package enum Event: Hashable, Sendable {
        /// Headers of the next part: field name, file name (UTF-8, `filename*` understood), content type.
        case part(name: String, filename: String?, contentType: String?)
        case data([UInt8])
        case partEnd
        case end
    }

    /// Throws `HTTPParseError` 400 when the Content-Type is not multipart/form-data with a legal boundary.
    package init(contentType: String, headerBytesMax: Int = 16_384, partsMax: Int = 64) throws { fatalError("contract") }

    /// Feeds bytes, gets the events they complete. Throws `HTTPParseError`.
    package mutating func feed(_ bytes: [UInt8]) throws -> [Event] { fatalError("contract") }
    /// Call at the end of the body; throws when the closing boundary is missing.
    package mutating func finish() throws { fatalError("contract") }
}
