/// Answers questions: intent and retrieval together, prompt, generator, checked citations.
package struct Assistant: Sendable {
    let retriever: any Retriever
    let intent: any IntentClassifier
    let settings: AssistantSettings
    let clock: AssistantClock
    let prompt: PromptBuilder

    /// Throws `OutcropFailure` when the prompt template has an error. `clock` and `fenceSecret` are parameters for tests.
    package init(
        retriever: any Retriever, intent: any IntentClassifier, settings: AssistantSettings,
        clock: AssistantClock = AssistantClock(), fenceSecret: (@Sendable () -> String)? = nil
    ) throws {
        self.retriever = retriever
        self.intent = intent
        self.settings = settings
        self.clock = clock
        prompt = PromptBuilder(
            template: try PromptTemplate(parsing: settings.promptTemplate ?? PromptTemplate.builtIn), isStrict: settings.isStrict,
            promptTokensMax: settings.promptTokensMax, tokenCount: settings.tokenCount,
            fenceSecret: fenceSecret ?? PassageFence.randomSecret)
    }

    /// The answer as its one consumer asks for it: work starts with the first `next()`, and the generator is asked for its next
    /// piece only when the consumer wants one, so nothing piles up behind a slow client.
    ///
    /// Yields `text* citations finished` and ends, or throws: `OutcropFailure` where the client can be told something, otherwise
    /// the error of the part that failed. Cancelling the consumer, or dropping the stream, ends everything below; as with every
    /// `AsyncThrowingStream` a cancelled consumer may see nil, so only `.finished` means that the answer is complete.
    package func answer(_ request: AnswerRequest, with generator: any Generator) -> AsyncThrowingStream<AnswerEvent, any Error> {
        let run = AnswerRun(assistant: self, request: request, generator: generator)
        return AsyncThrowingStream { try await run.next() }
    }
}

/// What the server decides for every answer.
package struct AssistantSettings: Sendable {
    package var topK = 6
    package var isStrict = false
    /// The prompt template's text; nil takes the built-in `prompt.tmpl`.
    package var promptTemplate: String?
    package var promptTokensMax = 16_000
    /// A classifier that has not decided by then counts as undecided, and undecided means retrieval.
    package var classifyDeadline: Duration = .milliseconds(300)
    /// Counts the prompt's tokens; the default needs no tokenizer.
    package var tokenCount: @Sendable (String) -> Int = { TokenEstimate.count($0) }

    /// Most passages a request may ask for.
    package static let topKMax = 50

    package init() {}
}

/// Time as the pipeline sees it.
package struct AssistantClock: Sendable {
    package var now: @Sendable () -> ContinuousClock.Instant
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.now = now
        self.sleep = sleep
    }

    func milliseconds(since start: ContinuousClock.Instant) -> Double {
        (now() - start) / .milliseconds(1)
    }
}
