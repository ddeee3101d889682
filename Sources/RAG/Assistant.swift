/// Answers questions: intent and retrieval together, prompt, generator, checked citations.
package struct Assistant: Sendable {
    package init(retriever: any Retriever, intent: any IntentClassifier, settings: AssistantSettings) {
        fatalError("contract")
    }

    /// Starts answering with `generator`. Errors before the first event are `OutcropFailure`; cancelling the consumer ends everything below.
    package func answer(_ request: AnswerRequest, with generator: any Generator) -> AsyncThrowingStream<AnswerEvent, any Error> {
        fatalError("contract")
    }
}

/// What the server decides for every answer.
package struct AssistantSettings: Sendable {
    package var topK = 6
    package var isStrict = false
    /// The prompt template's text; nil takes the built-in `prompt.tmpl`.
    package var promptTemplate: String?
    package var promptTokensMax = 16_000

    package init() {}
}
