internal import RAG

extension GenerationOptions {
    /// The sampling fields of a chat completion; `max_completion_tokens` wins over the older `max_tokens`.
    init(fields: JSONFields) throws {
        let older = try fields.integer("max_tokens", in: 1...Int.max)
        let maxTokens = try fields.integer("max_completion_tokens", in: 1...Int.max) ?? older
        self.init(
            // Far above any model's length and far below what could overflow a sum.
            maxTokens: maxTokens.map { min($0, ChatCompletionRequest.answerTokensMax) },
            temperature: try fields.number("temperature", in: 0...2), topP: try fields.number("top_p", in: 0...1),
            stop: try Self.stopSequences(fields), seed: try fields.integer("seed"))
    }

    /// A string or up to four; empty ones stop nothing.
    private static func stopSequences(_ fields: JSONFields) throws -> [String] {
        let texts = try fields.texts("stop", countMax: ChatCompletionRequest.stopSequencesMax) ?? []
        return texts.map(\.text).filter { !$0.isEmpty }
    }
}

extension RetrievalOptions {
    init(fields: JSONFields) throws {
        self.init(
            mode: try fields.choice("mode", ModeChoice.self)?.mode ?? .auto,
            topK: try fields.integer("top_k", in: 1...ChatCompletionRequest.topKMax),
            minScore: try fields.number("min_score", in: 0...1), filter: try MetadataFilter(fields: fields, name: "filter"))
    }

    private enum ModeChoice: String, CaseIterable {
        case auto, always, never

        var mode: Mode {
            switch self {
            case .auto: .auto
            case .always: .always
            case .never: .never
            }
        }
    }
}

extension ChatCompletionRequest {
    /// Whether the model may call something; also checks the forms, so that a mistake never passes unseen.
    static func requestsTools(_ fields: JSONFields) throws -> Bool {
        let offered = try offersTools(fields, list: "tools") || offersTools(fields, list: "functions")
        let isForbidden = try forbidsTools(fields, choice: "tool_choice") || forbidsTools(fields, choice: "function_call")
        return offered && !isForbidden
    }

    private static func offersTools(_ fields: JSONFields, list: String) throws -> Bool {
        guard let tools = try fields.array(list, countMax: toolsMax) else { return false }
        for tool in tools { _ = try JSONFields.fields(tool.node, at: tool.place) }
        return !tools.isEmpty
    }

    private static func forbidsTools(_ fields: JSONFields, choice: String) throws -> Bool {
        switch fields.node(choice) {
        case nil, .object: return false
        case .string: return try fields.choice(choice, ToolChoice.self) == ToolChoice.none
        case .some(let node): throw JSONFields.mismatch(fields.place(choice), "a string or an object", node)
        }
    }

    private enum ToolChoice: String, CaseIterable {
        case none, auto, required
    }

    static func structuredFormat(_ fields: JSONFields) throws -> String? {
        guard let format = try fields.object("response_format") else { return nil }
        guard let type = try format.choice("type", ResponseFormat.self) else { throw format.missing("type") }
        return type == .text ? nil : type.rawValue
    }

    private enum ResponseFormat: String, CaseIterable {
        case text
        case object = "json_object"
        case schema = "json_schema"
    }

    /// Fields whose silent neglect would give a wrong answer.
    static func refuseWhatNoModelDoes(_ fields: JSONFields) throws {
        if let count = try fields.integer("n", in: 1...128), count != 1 {
            throw unsupported(
                "n", "only one choice per request is available: leave 'n' out or set it to 1, and ask again for more.")
        }
        if try fields.bool("logprobs") == true {
            throw unsupported("logprobs", "token log probabilities are not available: leave 'logprobs' out.")
        }
        if let bias = try fields.object("logit_bias"), !bias.names.isEmpty {
            throw unsupported("logit_bias", "token biases are not available: leave 'logit_bias' out.")
        }
        for modality in try fields.array("modalities", countMax: 8) ?? [] where !modality.node.isString("text") {
            throw unsupported("modalities", "only the modality 'text' is available.")
        }
    }

    private static func unsupported(_ place: String, _ what: String) -> OutcropFailure {
        JSONFields.invalid(place, "unsupported_value", what)
    }
}
