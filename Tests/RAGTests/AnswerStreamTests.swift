import Testing

@testable import RAG

@Suite struct `The answer's stream` {
    static let done = ScriptedGenerator.Step.event(.finished(.stop, Usage(promptTokens: 1, completionTokens: 1)))

    @Test func `yields text, citations and the finish`() async throws {
        let retriever = FakeRetriever([passage("Rock is hard.")], texts: ["doc_a": "Rock is hard."])
        let answer = try await Answer(
            assistant(retriever).answer(
                AnswerRequest(messages: [user("q")]), with: ScriptedGenerator("Rock ", "is hard [1].", reason: .length)))
        #expect(answer.pieces == ["Rock ", "is hard [1]."])
        #expect(answer.citations?.map(\.number) == [1])
        #expect(answer.citations?.first?.markers == [13..<16])
        #expect(answer.citations?.first?.excerpt == "Rock is hard.")
        #expect(answer.finish?.reason == .length)
        #expect(answer.finish?.usage == Usage(promptTokens: 3, completionTokens: 2))
        #expect(answer.finish?.timings.firstTokenMilliseconds != nil)
        #expect(answer.finish?.timings.totalMilliseconds != nil)
    }

    @Test func `says what the answer stands on before the generator is asked, and the times before the first text`() async throws
    {
        let retriever = FakeRetriever([passage("Rock is hard."), passage("Chalk is not.", document: "doc_b")])
        let answer = try await Answer(
            assistant(retriever).answer(AnswerRequest(messages: [user("q")]), with: ScriptedGenerator("x")))
        #expect(answer.grounding?.state == .grounded && answer.grounding?.passageCount == 2 && answer.grounding?.notes == [])
        #expect(answer.grounding?.timings.retrieveMilliseconds != nil && answer.grounding?.timings.firstTokenMilliseconds == nil)
        let started = try #require(answer.started)
        #expect(started.classifyMilliseconds != nil && started.firstTokenMilliseconds != nil && started.totalMilliseconds == nil)
    }

    @Test func `the passages said to count are those that fit into the prompt`() async throws {
        var settings = AssistantSettings()
        settings.promptTemplate = "{{passages}}"
        settings.promptTokensMax = 20
        settings.tokenCount = { $0.count { $0 == "q" } }
        let passages = (0..<3).map { passage("\($0)qqqqqqqqqq", document: "doc_\($0)") }
        let answer = try await Answer(
            assistant(FakeRetriever(passages), settings: settings).answer(
                AnswerRequest(messages: [user("?")]), with: ScriptedGenerator("x")))
        #expect(answer.grounding?.passageCount == 1)
    }

    struct Misbehaviour: Sendable {
        var name: String
        var script: [ScriptedGenerator.Step]
        var text: String?
        var errorCode: String?
    }

    static let misbehaviours = [
        Misbehaviour(name: "no event at all", script: [], errorCode: "generator_incomplete"),
        Misbehaviour(name: "no finish", script: [.event(.text("Half"))], errorCode: "generator_incomplete"),
        Misbehaviour(name: "text after the finish", script: [.event(.text("All")), done, .event(.text("more"))], text: "All"),
        Misbehaviour(name: "two finishes", script: [.event(.text("All")), done, done], text: "All"),
        Misbehaviour(name: "empty pieces", script: [.event(.text("")), .event(.text("A")), .event(.text("")), done], text: "A"),
        Misbehaviour(name: "finish only", script: [done], text: ""),
        Misbehaviour(
            name: "error before the first event", script: [.fail(OutcropFailure(.rateLimited, code: "throttled", "Slow"))],
            errorCode: "throttled"),
        Misbehaviour(
            name: "error in the middle",
            script: [.event(.text("Half")), .fail(OutcropFailure(.unavailable, code: "cut", "Cut"))],
            errorCode: "cut"),
        Misbehaviour(
            name: "error after the finish",
            script: [.event(.text("All")), done, .fail(OutcropFailure(.unavailable, code: "late", "Late"))],
            text: "All"),
    ]

    @Test(arguments: misbehaviours) func `holds its order whatever the generator does`(_ one: Misbehaviour) async throws {
        let stream = try assistant(FakeRetriever([passage("Rock.")]))
            .answer(AnswerRequest(messages: [user("q")]), with: ScriptedGenerator(one.script))
        if let code = one.errorCode {
            let failure = await #expect(throws: OutcropFailure.self, "\(one.name)") { try await Answer(stream) }
            #expect(failure?.code == code, "\(one.name)")
        } else {
            #expect(try await Answer(stream).text == one.text, "\(one.name)")
        }
    }

    @Test func `an error ends the stream for good`() async throws {
        let stream = try assistant(FakeRetriever([passage("Rock.")]))
            .answer(
                AnswerRequest(messages: [user("q")]),
                with: ScriptedGenerator([.fail(OutcropFailure(.unavailable, "x")), Self.done]))
        var events = stream.makeAsyncIterator()
        guard case .grounded = try await events.next() else { throw Answer.Disorder.grounded }
        await #expect(throws: OutcropFailure.self) { try await events.next() }
        let after = try await events.next()
        #expect(after == nil)
    }

    @Test func `the generator is never pulled further than the consumer`() async throws {
        let texts = (1...20).map { ScriptedGenerator.Step.event(.text("\($0) ")) }
        let generator = ScriptedGenerator(texts + [Self.done])
        let stream = try assistant(FakeRetriever([passage("Rock.")])).answer(
            AnswerRequest(messages: [user("q")]), with: generator)
        var events = stream.makeAsyncIterator()
        guard case .grounded = try await events.next() else { throw Answer.Disorder.grounded }
        #expect(generator.requests.isEmpty)
        guard case .started = try await events.next() else { throw Answer.Disorder.started }
        for taken in 1...20 {
            guard case .text = try await events.next() else { throw Answer.Disorder.text }
            #expect(generator.pulls == taken)
        }
    }

    @Test func `cancelling the consumer ends the generator`() async throws {
        let reached = Gate()
        let journal = Journal()
        let generator = HangingGenerator(reached: reached, journal: journal)
        let stream = try assistant(FakeRetriever([passage("Rock.")])).answer(
            AnswerRequest(messages: [user("q")]), with: generator)
        let consumer = Task { try await Answer(stream) }
        try await reached.wait()
        consumer.cancel()
        await #expect(throws: (any Error).self) { try await consumer.value }
        #expect(journal.all == ["cancelled"])
    }

    @Test(arguments: [true, false])
    func `a part that was cancelled without its consumer has failed`(inRetrieval: Bool) async throws {
        let retriever = FakeRetriever { _ in
            if inRetrieval { throw CancellationError() }
            return []
        }
        let generator = ScriptedGenerator([.event(.text("Half")), .fail(CancellationError())])
        let failure = await #expect(throws: OutcropFailure.self) {
            _ = try await Answer(
                assistant(retriever).answer(AnswerRequest(messages: [user("Do rivers flow?")]), with: generator))
        }
        #expect(failure?.kind == .unavailable)
    }

    @Test func `cancelling the consumer ends classification and retrieval`() async throws {
        let (classifying, retrieving) = (Gate(), Gate())
        let journal = Journal()
        let retriever = FakeRetriever { _ in
            retrieving.open()
            do { try await Gate().wait() } catch { journal.note("retrieval") }
            return []
        }
        let intent = FakeIntent { _ in
            classifying.open()
            do { try await Gate().wait() } catch { journal.note("classification") }
            return .retrieval
        }
        let generator = ScriptedGenerator("x")
        let stream = try assistant(retriever, intent: intent).answer(AnswerRequest(messages: [user("q")]), with: generator)
        let consumer = Task { try await Answer(stream) }
        try await classifying.wait()
        try await retrieving.wait()
        consumer.cancel()
        await #expect(throws: (any Error).self) { try await consumer.value }
        #expect(journal.all.sorted() == ["classification", "retrieval"])
        #expect(generator.requests.isEmpty)
    }

    @Test func `dropping the stream lets go of the generator`() async throws {
        let ended = Gate()
        let generator = ContinuationGenerator(ended: ended)
        do {
            let stream = try assistant(FakeRetriever([passage("Rock.")])).answer(
                AnswerRequest(messages: [user("q")]), with: generator)
            for try await event in stream {
                if case .text = event { break }
            }
        }
        try await ended.wait()
    }
}

/// Never yields; notes that its pull was cancelled.
private struct HangingGenerator: Generator {
    let modelID = "hanging"
    let reached: Gate
    let journal: Journal

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream {
            reached.open()
            do { try await Gate().wait() } catch { journal.note("cancelled") }
            return nil
        }
    }
}

/// A generator of the pushing kind, which learns of its end from `onTermination`.
private struct ContinuationGenerator: Generator {
    let modelID = "pushing"
    let ended: Gate

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            continuation.onTermination = { _ in ended.open() }
            continuation.yield(.text("a"))
        }
    }
}
