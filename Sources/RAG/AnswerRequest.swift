/// One question put to the assistant, with everything the client chose.
package struct AnswerRequest: Sendable {
    package var messages: [Message]
    package var retrieval: RetrievalOptions
    package var options: GenerationOptions

    package init(
        messages: [Message], retrieval: RetrievalOptions = RetrievalOptions(), options: GenerationOptions = GenerationOptions()
    ) {
        self.messages = messages
        self.retrieval = retrieval
        self.options = options
    }
}

/// The request field `retrieval`; nil leaves the server's setting.
package struct RetrievalOptions: Hashable, Sendable {
    package enum Mode: String, Codable, Sendable {
        case auto, always, never
    }

    package var mode: Mode
    package var topK: Int?
    package var minScore: Double?
    package var filter: MetadataFilter?

    package init(mode: Mode = .auto, topK: Int? = nil, minScore: Double? = nil, filter: MetadataFilter? = nil) {
        self.mode = mode
        self.topK = topK
        self.minScore = minScore
        self.filter = filter
    }
}
