extension KnowledgeBase {
    /// The id that a file uploaded under this name has, or will have.
    package func uploadID(filename: String) -> String { fatalError("contract") }
    /// The MIME type that the name's extension stands for.
    package func contentType(forFilename name: String) -> String { fatalError("contract") }
}
