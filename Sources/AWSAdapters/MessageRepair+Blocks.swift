internal import AWS
internal import FoundationEssentials
internal import RAG

extension MessageRepair {
    /// In place of a tool's empty result.
    static let emptyResult = "(no output)"

    /// The message with each block as its role may have it; what may not be there becomes text, what says nothing is dropped.
    func mended(_ message: ConverseMessage) -> ConverseMessage {
        let content = message.content.flatMap { message.role == .user ? userBlocks($0) : assistantBlocks($0) }
        return ConverseMessage(role: message.role, content: content)
    }

    private func userBlocks(_ block: ContentBlock) -> [ContentBlock] {
        switch block {
        case .text(let text): return text.isBlank ? [] : [block]
        case .image(let format, let bytes): return [imageFault(format, bytes).map(Self.imageLeftOut) ?? block]
        case .document(let format, let name, let bytes):
            return [documentFault(format, bytes).map { Self.documentLeftOut(name, $0) } ?? block]
        case .toolUse: return [Self.flattened(call: block)]
        case .toolResult(let id, let content, let status):
            let mended = mended(content)
            guard rules.tools != nil else { return Self.flattened(result: mended) }
            return [.toolResult(id: id, content: mended, status: status)]
        case .cachePoint: return [block]
        case .reasoning, .redactedReasoning, .unknown: return []
        }
    }

    private func assistantBlocks(_ block: ContentBlock) -> [ContentBlock] {
        switch block {
        case .text(let text): return text.isBlank ? [] : [block]
        case .reasoning(let text, let signature): return text.isBlank && signature == nil ? [] : [block]
        case .toolUse(let id, let name, let input):
            guard rules.tools != nil else { return [Self.flattened(call: block)] }
            return [.toolUse(id: id, name: name, input: input.asObject)]
        case .image: return [Self.imageLeftOut("only a user's turn can hold one")]
        case .document(_, let name, _): return [Self.documentLeftOut(name, "only a user's turn can hold one")]
        case .toolResult(_, let content, _):
            return Self.flattened(result: mended(content)).filter { if case .text = $0 { true } else { false } }
        case .redactedReasoning, .cachePoint: return [block]
        case .unknown: return []
        }
    }

    /// A tool's result without what says nothing, and never empty.
    private func mended(_ content: [ToolResultContent]) -> [ToolResultContent] {
        let kept = content.compactMap { item -> ToolResultContent? in
            switch item {
            case .text(let text): text.isBlank ? nil : item
            case .json(.object): item
            // The service model lets it be any JSON, the models want an object.
            case .json(let value): .text(value.text)
            case .image(let format, let bytes): imageFault(format, bytes).map { .text(Self.imageNote($0)) } ?? item
            case .unknown: nil
            }
        }
        return kept.isEmpty ? [.text(Self.emptyResult)] : kept
    }

    /// A tool call as text, for where it cannot stand as one.
    static func flattened(call block: ContentBlock) -> ContentBlock {
        guard case .toolUse(_, let name, let input) = block else { return block }
        return .text("[Called the tool \(name) with \(input.text)]")
    }

    /// A tool's result as text, its images behind it.
    static func flattened(result content: [ToolResultContent]) -> [ContentBlock] {
        var texts: [String] = []
        var images: [ContentBlock] = []
        for item in content {
            switch item {
            case .text(let text): texts.append(text)
            case .json(let value): texts.append(value.text)
            case .image(let format, let bytes): images.append(.image(format: format, bytes: bytes))
            case .unknown: break
            }
        }
        return [.text("[The tool answered: \(texts.joined(separator: "\n"))]")] + images
    }
}

extension JSONDocument {
    /// Converse takes no other input of a tool.
    fileprivate var asObject: JSONDocument {
        switch self {
        case .object: self
        case .null: .object([:])
        case .bool, .integer, .number, .string, .array: .object(["input": self])
        }
    }

    /// As compact JSON, keys in order.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Fails for infinite numbers only, which no JSON text can have brought.
        guard let json = try? encoder.encode(self) else { return "null" }
        return String(decoding: json, as: UTF8.self)
    }
}
