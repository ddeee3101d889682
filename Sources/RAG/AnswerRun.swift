/// One answer on its way: a state machine that moves when the consumer pulls.
///
/// `start → asking or refusing → opened → streaming → citing → finishing → done`; while a step runs the phase is `done`, so an error
/// or a second consumer finds the end.
actor AnswerRun {
    private typealias Events = AsyncThrowingStream<GenerationEvent, any Error>.Iterator

    private enum Phase {
        case start
        case asking(GenerationRequest)
        case refusing(String)
        /// The generator's first event is here, and waits to be handed out.
        case opened(GenerationEvent, Events)
        case streaming(Events)
        case citing(FinishReason, Usage)
        case finishing(FinishReason, Usage)
        case done
    }

    private let assistant: Assistant
    private let request: AnswerRequest
    private let generator: any Generator
    private let start: ContinuousClock.Instant
    private var phase = Phase.start
    private var timings = AnswerTimings()
    private var passages: [Passage] = []
    private var scanner = MarkerScanner()

    init(assistant: Assistant, request: AnswerRequest, generator: any Generator) {
        self.assistant = assistant
        self.request = request
        self.generator = generator
        start = assistant.clock.now()
    }

    /// Throws `CancellationError` only where the consumer is cancelled: to whoever answers, that says that the client has gone.
    func next() async throws -> AnswerEvent? {
        do {
            return try await step()
        } catch is CancellationError {
            try Task.checkCancellation()
            throw OutcropFailure(
                .unavailable, code: "generator_incomplete", "The answer was given up before it was complete. Ask again.")
        }
    }

    private func step() async throws -> AnswerEvent? {
        let current = phase
        phase = .done
        switch current {
        case .start: return try await ground()
        case .asking(let prompt): return try await open(generator.generate(prompt).makeAsyncIterator())
        case .refusing(let text): return try await open(refusal(text).makeAsyncIterator())
        case .opened(let event, let events): return try await hand(out: event, then: events)
        case .streaming(let events): return try await pull(events)
        case .citing(let reason, let usage):
            let citations = try await assistant.citations(of: passages, marked: scanner.markers)
            phase = .finishing(reason, usage)
            return .citations(citations)
        case .finishing(let reason, let usage):
            timings.totalMilliseconds = assistant.clock.milliseconds(since: start)
            return .finished(reason, usage, timings)
        case .done: return nil
        }
    }

    private func ground() async throws -> AnswerEvent? {
        try Task.checkCancellation()
        let grounding = try await assistant.ground(request, start: start)
        timings = grounding.timings
        if let refusal = assistant.refusal(grounding.state) {
            phase = .refusing(refusal)
        } else {
            let prompt = try assistant.prompt.within(generator.promptTokensMax(request.options))
                .request(request, passages: grounding.passages, grounding: grounding.state)
            passages = prompt.passages
            phase = .asking(prompt)
        }
        return .grounded(
            GroundingReport(
                state: grounding.state, passageCount: passages.count, timings: timings, notes: grounding.notes))
    }

    private func open(_ stream: Events) async throws -> AnswerEvent? {
        var events = stream
        let first = try await event(&events)
        timings.firstTokenMilliseconds = assistant.clock.milliseconds(since: start)
        phase = .opened(first, events)
        return .started(timings)
    }

    private func pull(_ stream: Events) async throws -> AnswerEvent? {
        var events = stream
        return try await hand(out: try await event(&events), then: events)
    }

    /// Leaving `streaming` lets go of the generator's stream, which ends whatever it still does.
    private func hand(out event: GenerationEvent, then events: Events) async throws -> AnswerEvent? {
        switch event {
        case .text(let text):
            phase = .streaming(events)
            for piece in text.pieces { scanner.read(piece) }
            return .text(text)
        case .finished(let reason, let usage):
            phase = .citing(reason, usage)
            return try await step()
        }
    }

    /// The generator's next event that says something.
    private func event(_ events: inout Events) async throws -> GenerationEvent {
        while let event = try await events.next(isolation: self) {
            guard case .text(let text) = event else { return event }
            if !text.pieces.contains(where: \.isEmpty) && !text.pieces.isEmpty { return event }
            let pieces = text.pieces.filter { !$0.isEmpty }
            if !pieces.isEmpty { return .text(TextPieces(pieces)) }
        }
        try Task.checkCancellation()
        throw OutcropFailure(
            .unavailable, code: "generator_incomplete",
            "The model \(generator.modelID) ended before its answer was complete. Ask again.")
    }

    /// What needs no generator, said as a generator would.
    private func refusal(_ text: String) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let promptTokens = request.messages.reduce(0) { $0 + assistant.settings.tokenCount($1.text) + TokenEstimate.perMessage }
        let usage = Usage(promptTokens: promptTokens, completionTokens: assistant.settings.tokenCount(text))
        return AsyncThrowingStream {
            $0.yield(.text(TextPieces(text)))
            $0.yield(.finished(.stop, usage))
            $0.finish()
        }
    }
}
