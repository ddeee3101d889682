internal import Documents

extension KnowledgeBase {
    /// The id that a file uploaded under this name has, or will have.
    package func uploadID(filename: String) -> String { Identifier.document(source: .upload, filename: filename) }
    /// The MIME type that the name's extension stands for.
    package func contentType(forFilename name: String) -> String { TextExtractor.contentType(forFilename: name) }
}
