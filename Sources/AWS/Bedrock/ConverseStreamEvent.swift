internal import FoundationEssentials

/// An event of ConverseStream. `index` counts content blocks.
package enum ConverseStreamEvent: Hashable, Sendable {
    case messageStart(role: String)
    case toolUseStart(index: Int, id: String, name: String)
    case textDelta(index: Int, String)
    /// A piece of the input's JSON text.
    case toolUseDelta(index: Int, String)
    case reasoningDelta(index: Int, String)
    case reasoningSignature(index: Int, String)
    case redactedReasoning(index: Int, [UInt8])
    case contentBlockStop(index: Int)
    case messageStop(StopReason)
    case metadata(TokenUsage)
    /// An event or delta of a kind unknown today.
    case unknown(String)
}

extension ConverseStreamEvent {
    /// Of an event message's `:event-type` and payload, by the JSON decoder. Throws `DecodingError` when the payload is not the type's.
    init(type: String, payload: ArraySlice<UInt8>) throws {
        switch type {
        case "contentBlockDelta": self = try Self.decode(Delta.self, payload).event
        case "messageStart": self = .messageStart(role: try Self.decode(Start.self, payload).role)
        case "contentBlockStart": self = try Self.decode(BlockStart.self, payload).event
        case "contentBlockStop": self = .contentBlockStop(index: try Self.decode(BlockStop.self, payload).contentBlockIndex)
        case "messageStop": self = .messageStop(try Self.decode(Stop.self, payload).stopReason)
        case "metadata": self = .metadata(try Self.decode(Metadata.self, payload).usage)
        default: self = .unknown(type)
        }
    }

    private static func decode<Event: Decodable>(_ type: Event.Type, _ payload: ArraySlice<UInt8>) throws -> Event {
        try JSONDecoder().decode(type, from: Data(payload))
    }

    private struct Start: Decodable {
        var role: String
    }

    private struct BlockStart: Decodable {
        struct Start: Decodable {
            struct ToolUse: Decodable {
                var toolUseId: String
                var name: String
            }
            var toolUse: ToolUse?
        }
        var contentBlockIndex: Int
        var start: Start

        var event: ConverseStreamEvent {
            guard let tool = start.toolUse else { return .unknown("contentBlockStart") }
            return .toolUseStart(index: contentBlockIndex, id: tool.toolUseId, name: tool.name)
        }
    }

    private struct Delta: Decodable {
        struct Union: Decodable {
            struct ToolUse: Decodable {
                var input: String
            }
            struct Reasoning: Decodable {
                var text: String?
                var signature: String?
                var redactedContent: Data?
            }
            var text: String?
            var toolUse: ToolUse?
            var reasoningContent: Reasoning?
        }
        var contentBlockIndex: Int
        var delta: Union

        var event: ConverseStreamEvent {
            if let text = delta.text { return .textDelta(index: contentBlockIndex, text) }
            if let tool = delta.toolUse { return .toolUseDelta(index: contentBlockIndex, tool.input) }
            guard let reasoning = delta.reasoningContent else { return .unknown("contentBlockDelta") }
            if let text = reasoning.text { return .reasoningDelta(index: contentBlockIndex, text) }
            if let signature = reasoning.signature { return .reasoningSignature(index: contentBlockIndex, signature) }
            return reasoning.redactedContent.map { .redactedReasoning(index: contentBlockIndex, [UInt8]($0)) }
                ?? .unknown("contentBlockDelta")
        }
    }

    private struct BlockStop: Decodable {
        var contentBlockIndex: Int
    }

    private struct Stop: Decodable {
        var stopReason: StopReason
    }

    private struct Metadata: Decodable {
        var usage: TokenUsage
    }
}
