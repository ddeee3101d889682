internal import AWS
internal import RAG

/// Reads the events of one answer: text comes out, stop reason and usage are kept for the end.
///
/// Where the model does not take a stop sequence the reader stops in its place (`StopScanner`).
struct AnswerReader: Sendable {
    private var stopReason: StopReason?
    private var usage: TokenUsage?
    private var scanner: StopScanner?
    private let promptTokensEstimate: Int
    /// UTF-8 bytes of all text so far, counted where the usage may have to be estimated.
    private var byteCount = 0

    init(_ request: GenerationRequest, traits: ModelTraits) {
        let stops = request.options.stopSequences(traits).own
        scanner = stops.isEmpty ? nil : StopScanner(stops)
        promptTokensEstimate = stops.isEmpty ? 0 : request.tokenCountEstimate
    }

    /// A stop sequence has come: what the model says from here on is not wanted.
    var isCut: Bool { scanner?.isStopped ?? false }

    /// The text of a batch, each piece as it came, none empty.
    mutating func read(_ batch: [ConverseStreamEvent]) -> [String] {
        var pieces: [String] = []
        for event in batch where !isCut {
            switch event {
            case .textDelta(_, let text): read(text, into: &pieces)
            case .messageStop(let reason): stopReason = reason
            case .metadata(let counts): usage = counts
            case .messageStart, .toolUseStart, .toolUseDelta, .reasoningDelta, .reasoningSignature, .redactedReasoning,
                .contentBlockStop, .unknown:
                break
            }
        }
        return pieces
    }

    /// The text of a whole answer.
    mutating func read(_ response: ConverseResponse) -> [String] {
        var pieces: [String] = []
        for case .text(let text) in response.message.content where !isCut { read(text, into: &pieces) }
        stopReason = response.stopReason
        usage = response.usage
        return pieces
    }

    private mutating func read(_ text: String, into pieces: inout [String]) {
        if text.isEmpty { return }
        guard scanner != nil else { return pieces.append(text) }
        if let released = scanner?.read(text), !released.isEmpty {
            byteCount += released.utf8.count
            pieces.append(released)
        }
    }

    /// Text that was kept because it could have become a stop sequence, and did not.
    mutating func heldBack() -> [String] {
        guard let rest = scanner?.finish(), !rest.isEmpty else { return [] }
        byteCount += rest.utf8.count
        return [rest]
    }

    /// Throws `OutcropFailure` when the answer is none: never ended, or malformed by the model's own account.
    func finish() throws -> (FinishReason, Usage) {
        if isCut { return (.stop, Usage(usage) ?? estimate) }
        guard let stopReason, let usage = Usage(usage) else {
            throw OutcropFailure(
                .badGateway, code: "upstream_incomplete", "Amazon Bedrock ended the answer before it was complete. Ask again.")
        }
        return (try FinishReason(stopReason), usage)
    }

    /// Of an answer cut here, for which Bedrock gives no count.
    private var estimate: Usage {
        Usage(promptTokens: promptTokensEstimate, completionTokens: (byteCount + 2) / 3)
    }
}

extension GenerationRequest {
    fileprivate var tokenCountEstimate: Int {
        messages.reduce(TokenEstimate.count(system)) { $0 + TokenEstimate.count($1.text) + TokenEstimate.perMessage }
    }
}

extension Usage {
    /// No answer has more of a kind; what claims to is cut, so that sums cannot overflow.
    private static let countMax = 1_000_000_000

    /// OpenAI's prompt tokens hold what was read from and written to the prompt cache; Bedrock counts these apart. Reasoning is in
    /// `outputTokens` already.
    init?(_ counts: TokenUsage?) {
        guard let counts else { return nil }
        func bounded(_ count: Int?) -> Int { min(max(count ?? 0, 0), Self.countMax) }
        let cached = bounded(counts.cacheReadInputTokens)
        self.init(
            promptTokens: bounded(counts.inputTokens) + cached + bounded(counts.cacheWriteInputTokens),
            completionTokens: bounded(counts.outputTokens), cachedTokens: cached)
    }
}
