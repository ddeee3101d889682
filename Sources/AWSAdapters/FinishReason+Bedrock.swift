internal import AWS
internal import RAG

extension FinishReason {
    /// Bedrock's nine stop reasons in OpenAI's words. Throws `OutcropFailure` for the two that say the model broke down.
    ///
    /// A reason nobody knows yet is a normal end: the text is there, and Bedrock said that it is complete. So is `tool_use`, as long as
    /// no tools are offered.
    init(_ reason: StopReason) throws {
        if let failure = Self.failures[reason] { throw OutcropFailure(.modelFailed, code: reason.rawValue, failure) }
        self = Self.reasons[reason] ?? .stop
    }

    /// Source: the enumeration `StopReason` of bedrock-runtime's service model.
    private static let reasons: [StopReason: FinishReason] = [
        .endTurn: .stop,
        .stopSequence: .stop,
        .toolUse: .stop,
        .maxTokens: .length,
        .modelContextWindowExceeded: .length,
        .guardrailIntervened: .contentFilter,
        .contentFiltered: .contentFilter,
    ]

    private static let failures: [StopReason: String] = [
        .malformedModelOutput: "The model gave output that Amazon Bedrock could not read. Ask again, or choose another model.",
        .malformedToolUse:
            "The model called a tool in a form that Amazon Bedrock could not read. Ask again, or choose another model.",
    ]
}
