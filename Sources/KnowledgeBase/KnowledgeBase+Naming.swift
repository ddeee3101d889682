internal import Documents

extension KnowledgeBase {
    /// The id that a file uploaded under this name has, or will have. Throws `OutcropFailure` `.invalidRequest` for a name
    /// that `adoptUpload` would refuse.
    package func uploadID(filename: String) throws -> String {
        Identifier.document(source: .upload, filename: try Filename(filename).text)
    }

    /// The MIME type that the name's extension stands for, `application/octet-stream` when unknown.
    package func contentType(forFilename name: String) -> String { TextExtractor.contentType(forFilename: name) }
}
