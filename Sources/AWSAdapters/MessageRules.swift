/// What Converse and one model want of a conversation's messages.
///
/// Source: bedrock-runtime's service model (patterns and lengths) and the API reference of `Message`, `DocumentBlock`, `ImageBlock`
/// and `ToolResultBlock`; the rest is what Bedrock answers with a ValidationException.
struct MessageRules: Sendable {
    static let documentsMax = 5
    /// 4.5 MB.
    static let documentBytesMax = 4_500_000
    static let documentNameCountMax = 200
    static let documentFormats: Set<String> = ["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"]
    static let imagesMax = 20
    /// 3.75 MB.
    static let imageBytesMax = 3_750_000
    static let imageFormats: Set<String> = ["png", "jpeg", "gif", "webp"]
    static let toolNameCountMax = 64
    static let toolUseIDCountMax = 64

    /// The names of the tools offered with the request. Without tools the history's tool blocks become text, as Converse refuses them
    /// without a `toolConfig`.
    var tools: ToolNames?
    /// The conversation may end with an assistant turn.
    var takesPrefill = true
    var takesImages = true
    var takesDocuments = true
}

extension MessageRules {
    init(_ traits: ModelTraits, tools: ToolNames? = nil) {
        self.init(
            tools: traits.takesTools ? tools : nil, takesPrefill: traits.takesPrefill, takesImages: traits.takesImages,
            takesDocuments: traits.takesDocuments)
    }
}
