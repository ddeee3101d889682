internal import RAG

extension ChatCompletionRequest {
    static func messages(_ fields: JSONFields) throws -> [Message] {
        guard let elements = try fields.array("messages", countMax: messagesMax) else { throw fields.missing("messages") }
        if elements.isEmpty {
            throw JSONFields.invalid(
                "messages", "empty_array", "empty array. Expected an array with minimum length 1, but got an empty array instead."
            )
        }
        return try elements.map { try message(JSONFields.fields($0.node, at: $0.place)) }
    }

    private static func message(_ fields: JSONFields) throws -> Message {
        guard let role = try fields.choice("role", WireRole.self) else { throw fields.missing("role") }
        return Message(role: role.role, text: try text(fields, role: role))
    }

    /// Content as a string, as parts, or none at all where an assistant only called tools or refused.
    private static func text(_ fields: JSONFields, role: WireRole) throws -> String {
        let place = fields.place("content")
        switch fields.node("content") {
        case .string(let text): return text
        case .array(let items):
            return try JSONFields.elements(items, at: place, countMax: contentPartsMax)
                .map { try text(ofPart: JSONFields.fields($0.node, at: $0.place), role: role) }
                .joined(separator: "\n")
        case nil:
            if role == .assistant { return try fields.string("refusal") ?? "" }
            if role == .function { return "" }
            throw fields.missing("content")
        case .some(let node): throw JSONFields.mismatch(place, "a string or an array of content parts", node)
        }
    }

    private static func text(ofPart part: JSONFields, role: WireRole) throws -> String {
        guard let type = try part.string("type") else { throw part.missing("type") }
        switch PartType(exactly: type) {
        case .text: return try requireText("text", of: part)
        case .refusal where role == .assistant: return try requireText("refusal", of: part)
        case .image, .audio, .file:
            throw OutcropFailure(
                .invalidRequest, code: "unsupported_content",
                "Invalid '\(part.path)': content of type '\(type)' cannot be read here, only text. "
                    + "Files are best added to the knowledge base with POST /v1/documents.", parameter: part.path)
        default: throw JSONFields.unsupported(part.place("type"), value: type, allowed: ["text"])
        }
    }

    private static func requireText(_ name: String, of part: JSONFields) throws -> String {
        guard let text = try part.string(name) else { throw part.missing(name) }
        return text
    }

    private enum PartType: String, CaseIterable {
        case text, refusal, file
        case image = "image_url"
        case audio = "input_audio"
    }
}

/// OpenAI's roles; `function` is the older name of `tool`.
private enum WireRole: String, CaseIterable {
    case system, developer, user, assistant, tool, function

    var role: Message.Role {
        switch self {
        case .system: .system
        case .developer: .developer
        case .user: .user
        case .assistant: .assistant
        case .tool, .function: .tool
        }
    }
}
