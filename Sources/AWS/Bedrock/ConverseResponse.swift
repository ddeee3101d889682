/// What Converse answers. Metrics, trace and additional fields are not read.
package struct ConverseResponse: Hashable, Sendable, Decodable {
    package var message: ConverseMessage
    package var stopReason: StopReason
    package var usage: TokenUsage

    private enum Key: String, CodingKey {
        case output, stopReason, usage
    }

    private struct Output: Decodable {
        var message: ConverseMessage
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        message = try members.decode(Output.self, forKey: .output).message
        stopReason = try members.decode(StopReason.self, forKey: .stopReason)
        usage = try members.decode(TokenUsage.self, forKey: .usage)
    }
}

/// Why the model stopped; nine are known, others keep their name.
package struct StopReason: RawRepresentable, Hashable, Sendable, Codable {
    package var rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let endTurn = StopReason(rawValue: "end_turn")
    package static let toolUse = StopReason(rawValue: "tool_use")
    package static let maxTokens = StopReason(rawValue: "max_tokens")
    package static let stopSequence = StopReason(rawValue: "stop_sequence")
    package static let guardrailIntervened = StopReason(rawValue: "guardrail_intervened")
    package static let contentFiltered = StopReason(rawValue: "content_filtered")
    package static let malformedModelOutput = StopReason(rawValue: "malformed_model_output")
    package static let malformedToolUse = StopReason(rawValue: "malformed_tool_use")
    package static let modelContextWindowExceeded = StopReason(rawValue: "model_context_window_exceeded")
}

/// Bedrock's own counts. `inputTokens` holds neither cache reads nor cache writes.
package struct TokenUsage: Hashable, Sendable, Codable {
    package var inputTokens: Int
    package var outputTokens: Int
    package var totalTokens: Int
    package var cacheReadInputTokens: Int?
    package var cacheWriteInputTokens: Int?

    package init(
        inputTokens: Int, outputTokens: Int, totalTokens: Int, cacheReadInputTokens: Int? = nil, cacheWriteInputTokens: Int? = nil
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.totalTokens = totalTokens
        self.cacheReadInputTokens = cacheReadInputTokens
        self.cacheWriteInputTokens = cacheWriteInputTokens
    }
}
