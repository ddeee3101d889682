package import RAG

/// The answer of `POST /v1/chat/completions` without `stream`; `citations` is ours.
package struct ChatCompletion: Sendable {
    private let id: String
    private let created: Int
    private let model: String
    private let text: String
    private let sources: [CitationObject]
    private let finishReason: FinishReason
    private let usage: Usage

    /// `created` is in Unix seconds; `linkFor` gives the URL under which a citation's document can be read.
    package init(
        id: String, created: Int, model: String, text: String, citations: [Citation], linkFor: (Citation) -> String,
        finishReason: FinishReason, usage: Usage
    ) {
        self.id = id
        self.created = created
        self.model = model
        self.text = text
        self.sources = citations.map { CitationObject($0, url: linkFor($0)) }
        self.finishReason = finishReason
        self.usage = usage
    }
}

extension ChatCompletion: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("id", id)
            $0.field("object", "chat.completion")
            $0.field("created", created)
            $0.field("model", model)
            $0.key("choices")
            $0.array { $0.object(writeChoice) }
            $0.field("usage", item: UsageObject(usage))
            $0.field("citations", items: sources)
        }
    }

    private func writeChoice(_ choice: inout JSONWriter) {
        choice.field("index", 0)
        choice.field("message") {
            $0.field("role", "assistant")
            $0.field("content", text)
            $0.field("refusal", nil as String?)
            $0.field("annotations", items: sources.flatMap(\.annotations))
        }
        choice.field("logprobs", nil as String?)
        choice.field("finish_reason", finishReason.rawValue)
    }
}
