/// Writes the answer: a language model, or the extractive default that quotes.
package protocol Generator: Sendable {
    /// The model name that clients see.
    var modelID: String { get }
    /// Tokens that a prompt may have beside the answer `options` ask for; nil where only the server's own limit counts.
    func promptTokensMax(_ options: GenerationOptions) -> Int?
    /// Starts generating. The stream ends after exactly one `.finished`, or throws; cancelling its consumer ends the work.
    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error>
}

extension Generator {
    package func promptTokensMax(_ options: GenerationOptions) -> Int? { nil }
}

package enum GenerationEvent: Hashable, Sendable {
    case text(TextPieces)
    case finished(FinishReason, Usage)
}

/// Pieces of an answer that became known together, in order, none empty. Each becomes a chunk of its own; all go out in one write.
package struct TextPieces: Hashable, Sendable, ExpressibleByStringInterpolation {
    package var pieces: [String]

    package init(_ pieces: [String]) { self.pieces = pieces }
    package init(_ piece: String) { pieces = [piece] }
    package init(stringLiteral piece: String) { pieces = [piece] }
}

package enum FinishReason: String, Codable, Sendable {
    case stop, length
    case contentFilter = "content_filter"
    case toolCalls = "tool_calls"
}

/// Token counts as the generator's own tokenizer sees them.
package struct Usage: Hashable, Sendable {
    package var promptTokens: Int
    package var completionTokens: Int
    /// Those of `promptTokens` that came from the provider's prompt cache.
    package var cachedTokens: Int
    package var totalTokens: Int { promptTokens + completionTokens }

    package init(promptTokens: Int, completionTokens: Int, cachedTokens: Int = 0) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.cachedTokens = cachedTokens
    }
}

/// What a generator gets: the prompt built from template, conversation and numbered passages.
package struct GenerationRequest: Sendable {
    /// System text: the caller's own system prompt first, then the template filled with the passages.
    package var system: String
    /// User and assistant turns, oldest first, cut to the token budget; ends with the question.
    package var messages: [Message]
    /// Passage i stands behind the marker `[i + 1]`; empty when nothing was retrieved or wanted.
    package var passages: [Passage]
    package var grounding: GroundingState
    package var options: GenerationOptions

    package init(
        system: String, messages: [Message], passages: [Passage], grounding: GroundingState,
        options: GenerationOptions = GenerationOptions()
    ) {
        self.system = system
        self.messages = messages
        self.passages = passages
        self.grounding = grounding
        self.options = options
    }
}

/// Why the passages are what they are.
package enum GroundingState: Hashable, Sendable {
    /// Passages above the minimum score stand in the prompt.
    case grounded
    /// Retrieval ran and nothing relevant was found.
    case nothingFound
    /// Retrieval was wanted but the knowledge base holds no documents yet.
    case noDocuments
    /// Casual message, `retrieval.mode: never`, or a client's housekeeping prompt.
    case notWanted
}

/// Sampling and length; a generator ignores what it cannot do only where its docs say so.
package struct GenerationOptions: Hashable, Sendable {
    package var maxTokens: Int?
    package var temperature: Double?
    package var topP: Double?
    package var stop: [String]
    package var seed: Int?

    package init(
        maxTokens: Int? = nil, temperature: Double? = nil, topP: Double? = nil, stop: [String] = [], seed: Int? = nil
    ) {
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.topP = topP
        self.stop = stop
        self.seed = seed
    }
}
