internal import AWS
internal import RAG

/// Makes of any conversation one that Converse takes, and leaves one that it takes as it is. Pure, in time linear in the conversation.
///
/// Steps: single blocks are mended or replaced (`+Blocks`); neighbours of the same role become one turn; tool calls and their results
/// are brought together (`+Tools`); attachments are counted and named (`+Attachments`); blocks are put in order; the conversation gets
/// a beginning and an end. Whatever cannot stay as it is becomes text where it stood, so that the model still knows of it.
struct MessageRepair: Sendable {
    /// The user's part before a conversation that an assistant opens.
    static let opening = "(The conversation begins.)"
    /// The user's part after an assistant's last turn, for a model that does not continue its own text.
    static let continuation = "Continue."

    let rules: MessageRules

    init(_ rules: MessageRules) { self.rules = rules }

    func repaired(_ messages: [ConverseMessage]) -> [ConverseMessage] {
        var turns = Self.merged(messages.map { mended($0) })
        turns = Self.merged(rules.tools.map { paired(turns, $0) } ?? turns)
        turns = withAttachmentsInBounds(turns)
        for index in turns.indices { turns[index].content = Self.ordered(turns[index]) }
        return withEnds(turns)
    }

    /// Neighbours of the same role as one, without turns that say nothing.
    private static func merged(_ messages: [ConverseMessage]) -> [ConverseMessage] {
        joined(joined(messages).filter { !$0.isHollow })
    }

    private static func joined(_ messages: [ConverseMessage]) -> [ConverseMessage] {
        var turns: [ConverseMessage] = []
        for message in messages {
            if let last = turns.indices.last, turns[last].role == message.role {
                turns[last].content += message.content
            } else {
                turns.append(message)
            }
        }
        return turns
    }

    /// Assistant turns: reasoning, text, tool calls. User turns: tool results first, then the rest as it was.
    private static func ordered(_ turn: ConverseMessage) -> [ContentBlock] {
        let ranks = turn.content.map { turn.role == .assistant ? $0.assistantRank : $0.userRank }
        if zip(ranks, ranks.dropFirst()).allSatisfy({ $0 <= $1 }) { return turn.content }
        // The sort is stable.
        return zip(ranks, turn.content).sorted { $0.0 < $1.0 }.map(\.1)
    }

    private func withEnds(_ turns: [ConverseMessage]) -> [ConverseMessage] {
        var turns = turns
        if turns.first?.role != .user {
            turns.insert(ConverseMessage(role: .user, content: [.text(Self.opening)]), at: 0)
        }
        guard let last = turns.indices.last, turns[last].role == .assistant else { return turns }
        if rules.takesPrefill {
            turns[last].content = Self.withoutTrailingSpace(turns[last].content)
        } else {
            turns.append(ConverseMessage(role: .user, content: [.text(Self.continuation)]))
        }
        return turns
    }

    /// The model continues its last text, which must not end in white space.
    private static func withoutTrailingSpace(_ content: [ContentBlock]) -> [ContentBlock] {
        var content = content
        for index in content.indices.reversed() {
            guard case .text(let text) = content[index] else { continue }
            var scalars = text.unicodeScalars[...]
            while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
            content[index] = .text(String(scalars))
            break
        }
        return content
    }
}

extension ConverseMessage {
    /// Whether nothing in it is said or asked: Converse refuses an empty turn, and Claude one that ends in its reasoning.
    fileprivate var isHollow: Bool {
        content.allSatisfy {
            switch $0 {
            case .cachePoint, .unknown: true
            case .reasoning, .redactedReasoning: true
            case .text, .image, .document, .toolUse, .toolResult: false
            }
        }
    }
}

extension ContentBlock {
    fileprivate var assistantRank: Int {
        switch self {
        case .reasoning, .redactedReasoning: 0
        case .toolUse: 2
        case .cachePoint: 3
        case .text, .image, .document, .toolResult, .unknown: 1
        }
    }

    fileprivate var userRank: Int {
        if case .toolResult = self { 0 } else { 1 }
    }
}
