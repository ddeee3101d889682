/// Answers questions: intent and retrieval together, prompt, generator, checked citations.
package struct Assistant: Sendable {
    package let retriever: any Retriever
    let intent: any IntentClassifier
    let reranker: (any Reranker)?
    let settings: AssistantSettings
    let clock: AssistantClock
    let prompt: PromptBuilder

    /// With a `reranker` more passages are retrieved than asked for, and it chooses among them; it never fails an answer.
    /// Throws `OutcropFailure` when the prompt template has an error. `clock` and `fenceSecret` are parameters for tests.
    package init(
        retriever: any Retriever, intent: any IntentClassifier, settings: AssistantSettings,
        reranker: (any Reranker)? = nil, clock: AssistantClock = AssistantClock(), fenceSecret: (@Sendable () -> String)? = nil
    ) throws {
        self.retriever = retriever
        self.intent = intent
        self.reranker = reranker
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
    /// Yields `grounded started text* citations finished` and ends, or throws: `OutcropFailure` where the client can be told something, otherwise
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
    /// Passages retrieved for each one wanted, so that a re-ranker has a choice; at most `rerankCandidatesMax` in all.
    package var rerankCandidatesPerPassage = 4
    /// A re-ranker that has not answered by then is given up, and the order of retrieval counts.
    package var rerankDeadline: Duration = .seconds(1)
    /// Counts the prompt's tokens; the default needs no tokenizer.
    package var tokenCount: @Sendable (String) -> Int = { TokenEstimate.count($0) }

    /// Most passages a request may ask for.
    package static let topKMax = 50
    /// Most passages a re-ranker is given.
    package static let rerankCandidatesMax = 100

    package init() {}

    func rerankCandidateCount(topK: Int) -> Int {
        max(topK, min(topK * rerankCandidatesPerPassage, Self.rerankCandidatesMax))
    }
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

    /// What `body` returns or throws, or nil when it has not by the deadline: then it is cancelled and not waited for.
    func value<Value: Sendable>(
        within deadline: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        let outcome = OneShot<Value?>()
        let work = Task {
            do { outcome.finish(.success(try await body())) } catch { outcome.finish(.failure(error)) }
        }
        let timer = Task { [sleep] in
            // A cancelled sleep means that the outcome is there.
            if (try? await sleep(deadline)) != nil { outcome.finish(.success(nil)) }
        }
        defer {
            work.cancel()
            timer.cancel()
        }
        return try await withTaskCancellationHandler {
            try await outcome.value()
        } onCancel: {
            outcome.cancel()
        }
    }
}
