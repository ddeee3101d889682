/// One answer on its way: a state machine that moves when the consumer pulls.
///
/// `start → streaming → citing → finishing → done`; while a step runs the phase is `done`, so an error or a second consumer
/// finds the end.
actor AnswerRun {
    private enum Phase {
        case start
        case streaming(AsyncThrowingStream<GenerationEvent, any Error>.Iterator)
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

    func next() async throws -> AnswerEvent? {
        let current = phase
        phase = .done
        switch current {
        case .start: return try await begin()
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

    private func begin() async throws -> AnswerEvent? {
        try Task.checkCancellation()
        let grounding = try await assistant.ground(request, start: start)
        timings = grounding.timings
        if let refusal = assistant.refusal(grounding.state) { return refuse(refusal) }
        let prompt = try assistant.prompt.request(request, passages: grounding.passages, grounding: grounding.state)
        passages = prompt.passages
        return try await pull(generator.generate(prompt).makeAsyncIterator())
    }

    /// Asks the generator for one event. Leaving `streaming` lets go of its stream, which ends whatever it still does.
    private func pull(_ stream: AsyncThrowingStream<GenerationEvent, any Error>.Iterator) async throws -> AnswerEvent? {
        var events = stream
        while let event = try await events.next(isolation: self) {
            switch event {
            case .text(let text):
                let pieces = text.pieces.filter { !$0.isEmpty }
                if pieces.isEmpty { continue }
                phase = .streaming(events)
                return self.text(TextPieces(pieces))
            case .finished(let reason, let usage):
                phase = .citing(reason, usage)
                return try await next()
            }
        }
        try Task.checkCancellation()
        throw OutcropFailure(
            .unavailable, code: "generator_incomplete",
            "The model \(generator.modelID) ended before its answer was complete. Ask again.")
    }

    private func text(_ text: TextPieces) -> AnswerEvent {
        timings.firstTokenMilliseconds = timings.firstTokenMilliseconds ?? assistant.clock.milliseconds(since: start)
        for piece in text.pieces { scanner.read(piece) }
        return .text(text)
    }

    private func refuse(_ refusal: String) -> AnswerEvent {
        let promptTokens = request.messages.reduce(0) { $0 + assistant.settings.tokenCount($1.text) + TokenEstimate.perMessage }
        let usage = Usage(promptTokens: promptTokens, completionTokens: assistant.settings.tokenCount(refusal))
        phase = .citing(.stop, usage)
        return text(TextPieces(refusal))
    }
}
