/// Makes the generator's request from conversation, passages and template, within the token budget.
///
/// What does not fit goes in this order: the oldest turns, then the lowest passages. The last question with what follows it,
/// the caller's system prompt and the best passage always stay; if these alone are too much, the request is refused.
struct PromptBuilder: Sendable {
    let template: PromptTemplate
    let isStrict: Bool
    var promptTokensMax: Int
    let tokenCount: @Sendable (String) -> Int
    let fenceSecret: @Sendable () -> String

    /// The same for a model that reads no more than `tokensMax`.
    func within(_ tokensMax: Int?) -> PromptBuilder {
        var builder = self
        builder.promptTokensMax = min(promptTokensMax, tokensMax ?? .max)
        return builder
    }

    func request(_ request: AnswerRequest, passages: [Passage], grounding: GroundingState) throws -> GenerationRequest {
        let fence = try PassageFence(
            absentFrom: passages.flatMap { [$0.text, $0.filename] + $0.headings }, draw: fenceSecret)
        let blocks = passages.enumerated().map { fence.enclosing($0.element, number: $0.offset + 1) }
        let preface = request.messages.filter(\.isInstruction).map(\.text).filter { !$0.trimmed.isEmpty }
        let turns = request.messages.filter { !$0.isInstruction }
        func system(_ blocks: ArraySlice<String>) -> String {
            let filled = template.filled(
                [.passages: blocks.joined(separator: "\n\n"), .fence: fence.secret], flags: flags(grounding))
            return (preface + [filled]).filter { !$0.isEmpty }.joined(separator: "\n\n")
        }
        let fit = try fit(turns: turns, blocks: blocks, fixed: tokenCount(system([])))
        return GenerationRequest(
            system: system(blocks.prefix(fit.passageCount)), messages: Array(turns.suffix(fit.turnCount)),
            passages: Array(passages.prefix(fit.passageCount)), grounding: grounding, options: request.options)
    }

    private func fit(turns: [Message], blocks: [String], fixed: Int) throws -> (turnCount: Int, passageCount: Int) {
        let turnCosts = turns.map { tokenCount($0.text) + TokenEstimate.perMessage }
        // One more for the blank line between blocks.
        let blockCosts = blocks.map { tokenCount($0) + 1 }
        let lastQuestion = turns.lastIndex { $0.role == .user } ?? max(turns.count - 1, 0)
        var total = fixed + turnCosts.reduce(0, +) + blockCosts.reduce(0, +)
        var firstTurn = 0
        while total > promptTokensMax, firstTurn < lastQuestion {
            total -= turnCosts[firstTurn]
            firstTurn += 1
        }
        var passageCount = blocks.count
        while total > promptTokensMax, passageCount > 1 {
            passageCount -= 1
            total -= blockCosts[passageCount]
        }
        guard total <= promptTokensMax else { throw tooLong(total) }
        return (turns.count - firstTurn, passageCount)
    }

    private func flags(_ grounding: GroundingState) -> Set<PromptTemplate.Flag> {
        let state: PromptTemplate.Flag =
            switch grounding {
            case .grounded: .grounded
            case .nothingFound: .nothingFound
            case .noDocuments: .noDocuments
            case .notWanted: .notWanted
            }
        return isStrict ? [state, .strict] : [state]
    }

    private func tooLong(_ tokens: Int) -> OutcropFailure {
        OutcropFailure(
            .invalidRequest, code: "context_length_exceeded",
            "The question needs about \(tokens) tokens with its system prompt, but a prompt may hold \(promptTokensMax). Shorten it.",
            parameter: "messages")
    }
}

extension Message {
    /// The caller's own instructions, as opposed to turns of the conversation.
    var isInstruction: Bool { role == .system || role == .developer }
}
