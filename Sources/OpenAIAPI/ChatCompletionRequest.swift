package import RAG

/// The body of `POST /v1/chat/completions`, checked and reduced to what an answer depends on.
///
/// Source: OpenAI API reference, "Create chat completion"; `retrieval` is ours.
package struct ChatCompletionRequest: Sendable {
    package static let messagesMax = 2_048
    package static let contentPartsMax = 2_048
    package static let stopSequencesMax = 4
    /// Room for ARNs of inference profiles.
    package static let modelCharactersMax = 2_048
    package static let topKMax = 50
    package static let toolsMax = 128
    /// A larger `max_tokens` counts as this much.
    package static let answerTokensMax = 1_000_000_000

    package var model: String
    /// The conversation as text; at least one message.
    package var messages: [Message]
    package var isStreaming: Bool
    /// `stream_options.include_usage`: one more chunk with the usage, after the finish reason.
    package var includesUsage: Bool
    package var options: GenerationOptions
    package var retrieval: RetrievalOptions
    package var user: String?
    package var metadata: [String: JSONValue]
    /// The client offers tools or functions and does not forbid their use with `tool_choice: "none"`.
    package var requestsTools: Bool
    /// `response_format.type` where it is not `text`: `json_object` or `json_schema`.
    package var structuredFormat: String?

    /// What the assistant is to answer. Throws `.invalidRequest` when no message is the user's.
    package func answerRequest() throws -> AnswerRequest {
        guard messages.contains(where: { $0.role == .user }) else {
            throw OutcropFailure(
                .invalidRequest, code: "invalid_value",
                "Invalid 'messages': there is no message with the role 'user', so there is no question to answer.",
                parameter: "messages")
        }
        return AnswerRequest(messages: messages, retrieval: retrieval, options: options)
    }

    /// Throws `.invalidRequest` where the request wants more than text: no model is handed tools or formats.
    package func requirePlainText(of model: String) throws {
        if requestsTools {
            throw Self.beyond(model, "call tools", remedy: "leave 'tools' out or set 'tool_choice' to 'none'", "tools")
        }
        if let structuredFormat {
            throw Self.beyond(
                model, "write the response format '\(structuredFormat)'", remedy: "leave 'response_format' out", "response_format"
            )
        }
    }

    private static func beyond(_ model: String, _ task: String, remedy: String, _ place: String) -> OutcropFailure {
        OutcropFailure(
            .invalidRequest, code: "unsupported_value",
            "This server does not let the model '\(model)' \(task): \(remedy).",
            parameter: place)
    }
}

extension ChatCompletionRequest: DecodableRequest {
    package init(fields: JSONFields) throws {
        model = try fields.requireString("model", charactersMax: Self.modelCharactersMax)
        messages = try Self.messages(fields)
        isStreaming = try fields.bool("stream") ?? false
        includesUsage = try fields.object("stream_options")?.bool("include_usage") ?? false
        options = try GenerationOptions(fields: fields)
        retrieval = try fields.object("retrieval").map(RetrievalOptions.init(fields:)) ?? RetrievalOptions()
        user = try fields.string("user")
        metadata = try Metadata.read(fields)
        requestsTools = try Self.requestsTools(fields)
        structuredFormat = try Self.structuredFormat(fields)
        try Self.refuseWhatNoModelDoes(fields)
    }
}
