extension KnowledgeBase {
    package static func uploadID(filename: String) -> String { fatalError("contract") }
    package static func contentType(forFilename name: String) -> String { fatalError("contract") }
}
