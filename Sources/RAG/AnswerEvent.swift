/// What an answer yields, in this order: grounded once, started once, text pieces, citations once (possibly empty), finished once.
package enum AnswerEvent: Sendable {
    /// What the answer stands on is known; the generator is asked next.
    case grounded(GroundingReport)
    /// The generator has begun to answer. Whoever waits for this event can still tell every earlier failure by its status.
    case started(AnswerTimings)
    case text(TextPieces)
    case citations([Citation])
    case finished(FinishReason, Usage, AnswerTimings)
}

/// What an answer stands on.
package struct GroundingReport: Hashable, Sendable {
    package var state: GroundingState
    /// Passages in the prompt.
    package var passageCount: Int
    package var timings: AnswerTimings
    /// What did not go as planned and yet does not fail the answer, for the log; holds no secrets.
    package var notes: [String]

    package init(
        state: GroundingState, passageCount: Int = 0, timings: AnswerTimings = AnswerTimings(), notes: [String] = []
    ) {
        self.state = state
        self.passageCount = passageCount
        self.timings = timings
        self.notes = notes
    }
}

/// Wall time of each step in milliseconds, for logs and `Server-Timing`; nil where the step did not run or has not ended.
/// All but re-ranking are counted from the answer's start, since steps run side by side.
package struct AnswerTimings: Hashable, Sendable {
    package var classifyMilliseconds: Double?
    package var retrieveMilliseconds: Double?
    /// The re-ranking alone, also when it failed.
    package var rerankMilliseconds: Double?
    package var firstTokenMilliseconds: Double?
    package var totalMilliseconds: Double?

    package init(
        classifyMilliseconds: Double? = nil, retrieveMilliseconds: Double? = nil, rerankMilliseconds: Double? = nil,
        firstTokenMilliseconds: Double? = nil, totalMilliseconds: Double? = nil
    ) {
        self.classifyMilliseconds = classifyMilliseconds
        self.retrieveMilliseconds = retrieveMilliseconds
        self.rerankMilliseconds = rerankMilliseconds
        self.firstTokenMilliseconds = firstTokenMilliseconds
        self.totalMilliseconds = totalMilliseconds
    }
}
