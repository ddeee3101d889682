import Testing

@testable import RAG

@Suite struct `Intent and retrieval` {
    @Test func `classification and retrieval are both under way before either ends`() async throws {
        let classifying = Gate()
        let retrieving = Gate()
        // Each waits for the other to have started: one after the other would never end.
        let retriever = FakeRetriever { _ in
            retrieving.open()
            try await classifying.wait()
            return [passage("Rock.")]
        }
        let intent = FakeIntent { _ in
            classifying.open()
            try await retrieving.wait()
            return .retrieval
        }
        let answer = try await Answer(
            assistant(retriever, intent: intent).answer(AnswerRequest(messages: [user("What?")]), with: ScriptedGenerator("Rock"))
        )
        #expect(answer.text == "Rock")
        #expect(answer.finish?.timings.classifyMilliseconds != nil)
        #expect(answer.finish?.timings.retrieveMilliseconds != nil)
    }

    @Test func `a casual message drops the passages and cancels the retrieval`() async throws {
        let journal = Journal()
        let started = Gate()
        let retriever = FakeRetriever { _ in
            started.open()
            do { try await Gate().wait() } catch { journal.note("cancelled") }
            return [passage("Rock.")]
        }
        let intent = FakeIntent { _ in
            try await started.wait()
            return .casual
        }
        let generator = ScriptedGenerator("Hello")
        let answer = try await Answer(
            assistant(retriever, intent: intent).answer(AnswerRequest(messages: [user("hi")]), with: generator))
        #expect(journal.all == ["cancelled"])
        #expect(generator.requests.map(\.grounding) == [.notWanted])
        #expect(generator.requests[0].passages.isEmpty)
        #expect(answer.citations == [])
        #expect(answer.finish?.timings.retrieveMilliseconds == nil)
    }

    @Test func `a failed classifier means retrieval`() async throws {
        let intent = FakeIntent { _ in throw OutcropFailure(.unavailable, "down") }
        let generator = ScriptedGenerator("x")
        let answer = try await Answer(
            assistant(FakeRetriever([passage("Rock.")]), intent: intent).answer(
                AnswerRequest(messages: [user("hi")]), with: generator))
        #expect(generator.requests[0].grounding == .grounded)
        #expect(answer.grounding?.notes == ["classification failed, so documents were searched: down"])
    }

    @Test func `a classifier past its deadline means retrieval and is cancelled`() async throws {
        let journal = Journal()
        let started = Gate()
        let intent = FakeIntent { _ in
            started.open()
            do { try await Gate().wait() } catch { journal.note("cancelled") }
            return .casual
        }
        let generator = ScriptedGenerator("x")
        let answer = try await Answer(
            assistant(
                FakeRetriever([passage("Rock.")]), intent: intent,
                sleep: { duration in
                    #expect(duration == .milliseconds(300))
                    try await started.wait()
                }
            ).answer(AnswerRequest(messages: [user("hi")]), with: generator))
        while journal.all.isEmpty { await Task.yield() }
        #expect(journal.all == ["cancelled"])
        #expect(generator.requests[0].grounding == .grounded)
        #expect(answer.finish?.timings.classifyMilliseconds == nil)
        #expect(answer.grounding?.notes == ["classification took longer than 0.3 seconds, so documents were searched"])
    }

    @Test(.timeLimit(.minutes(1)))
    func `a classifier that does not heed its cancellation delays nothing`() async throws {
        let stuck = OneShot<Intent>()
        let intent = FakeIntent { _ in try await stuck.value() }
        let answer = try await Answer(
            assistant(FakeRetriever([passage("Rock.")]), intent: intent, sleep: { _ in })
                .answer(AnswerRequest(messages: [user("hi")]), with: ScriptedGenerator("x")))
        #expect(answer.grounding?.state == .grounded)
        stuck.cancel()
    }

    @Test func `retrieval that ends first still waits for the decision`() async throws {
        let retrieved = Gate()
        let intent = FakeIntent { _ in
            try await retrieved.wait()
            return .casual
        }
        let retriever = FakeRetriever { _ in
            retrieved.open()
            return [passage("Rock.")]
        }
        let generator = ScriptedGenerator("x")
        _ = try await Answer(assistant(retriever, intent: intent).answer(AnswerRequest(messages: [user("hi")]), with: generator))
        #expect(generator.requests[0].grounding == .notWanted)
    }

    struct Case: Sendable {
        var name: String
        var request: AnswerRequest
        var asksClassifier: Bool
        var retrieves: Bool
    }

    static let cases = [
        Case(
            name: "never", request: AnswerRequest(messages: [user("q")], retrieval: RetrievalOptions(mode: .never)),
            asksClassifier: false,
            retrieves: false),
        Case(
            name: "always", request: AnswerRequest(messages: [user("hi")], retrieval: RetrievalOptions(mode: .always)),
            asksClassifier: false, retrieves: true),
        Case(name: "auto", request: AnswerRequest(messages: [user("q")]), asksClassifier: true, retrieves: true),
        Case(
            name: "housekeeping", request: AnswerRequest(messages: [user("### Task:\nGenerate a title")]), asksClassifier: false,
            retrieves: false),
        Case(
            name: "housekeeping though always",
            request: AnswerRequest(messages: [user(" \n### Task: tags")], retrieval: RetrievalOptions(mode: .always)),
            asksClassifier: false,
            retrieves: false),
        Case(
            name: "task in an earlier turn", request: AnswerRequest(messages: [user("### Task: x"), user("q")]),
            asksClassifier: true,
            retrieves: true),
        Case(name: "blank", request: AnswerRequest(messages: [user(" \n")]), asksClassifier: false, retrieves: false),
        Case(name: "NUL", request: AnswerRequest(messages: [user("\0")]), asksClassifier: false, retrieves: false),
        Case(
            name: "nothing to be seen", request: AnswerRequest(messages: [user("\u{200B}\u{1}\u{AD} \u{2060}\u{3164}\u{FE0F}")]),
            asksClassifier: false, retrieves: false),
        Case(
            name: "a letter among them", request: AnswerRequest(messages: [user("\0a\u{200B}")]), asksClassifier: true,
            retrieves: true),
        Case(
            name: "system only", request: AnswerRequest(messages: [Message(role: .system, text: "Be kind")]),
            asksClassifier: false,
            retrieves: false),
    ]

    @Test(arguments: cases) func `who is asked depends on mode and message`(_ one: Case) async throws {
        let journal = Journal()
        let retriever = FakeRetriever { _ in
            journal.note("retrieve")
            return [passage("Rock.")]
        }
        let intent = FakeIntent { _ in
            journal.note("classify")
            return .retrieval
        }
        _ = try await Answer(assistant(retriever, intent: intent).answer(one.request, with: ScriptedGenerator("x")))
        #expect(journal.all.contains("classify") == one.asksClassifier, "\(one.name)")
        #expect(journal.all.contains("retrieve") == one.retrieves, "\(one.name)")
    }

    @Test func `a follow-up searches with the question and with both turns`() async throws {
        let journal = Journal()
        let retriever = FakeRetriever { query in
            for text in query.texts { journal.note(text) }
            return []
        }
        let messages = [user("Who sells the drill?"), Message(role: .assistant, text: "ACME."), user(" and its price? ")]
        _ = try await Answer(assistant(retriever).answer(AnswerRequest(messages: messages), with: ScriptedGenerator("x")))
        #expect(journal.all == ["and its price?", "Who sells the drill?\nand its price?"])
    }

    @Test func `a long question keeps its beginning and end within the bound`() throws {
        let question = try #require(Question([user("Begin " + String(repeating: "ä", count: 9_000) + " end?")]))
        let text = try #require(question.retrievalTexts.first)
        #expect(text.unicodeScalars.count == Question.scalarCountMax)
        #expect(text.hasPrefix("Begin ä") && text.hasSuffix("ä end?"))
        let followUp = try #require(Question([user(String(repeating: "ö", count: 9_000)), user("and?")])?.retrievalTexts.last)
        #expect(followUp.unicodeScalars.count == Question.previousScalarCountMax + "\nand?".count)
        #expect(followUp.hasSuffix("ö\nand?"))
    }

    @Test func `passages below the asked score do not count`() async throws {
        let generator = ScriptedGenerator("x")
        let retriever = FakeRetriever([passage("High.", score: 0.7), passage("Low.", at: 50, score: 0.2)])
        let request = AnswerRequest(messages: [user("q")], retrieval: RetrievalOptions(mode: .always, topK: 2, minScore: 0.5))
        _ = try await Answer(assistant(retriever).answer(request, with: generator))
        #expect(generator.requests[0].passages.map(\.text) == ["High."])
    }

    @Test(arguments: [(true, GroundingState.nothingFound), (false, .noDocuments)])
    func `an empty result tells nothing found from no documents`(hasAny: Bool, state: GroundingState) async throws {
        let generator = ScriptedGenerator("x")
        _ = try await Answer(
            assistant(FakeRetriever(hasAny: hasAny)).answer(AnswerRequest(messages: [user("q")]), with: generator))
        #expect(generator.requests[0].grounding == state)
    }

    @Test(arguments: [RetrievalOptions.Mode.auto, .always])
    func `without documents nothing is embedded or decided`(mode: RetrievalOptions.Mode) async throws {
        let journal = Journal()
        let retriever = FakeRetriever(hasAny: false) { _ in
            journal.note("retrieve")
            return []
        }
        let intent = FakeIntent { _ in
            journal.note("classify")
            return .retrieval
        }
        let generator = ScriptedGenerator("x")
        let request = AnswerRequest(messages: [user("q")], retrieval: RetrievalOptions(mode: mode))
        let answer = try await Answer(assistant(retriever, intent: intent).answer(request, with: generator))
        #expect(journal.all.isEmpty)
        #expect(generator.requests[0].grounding == .noDocuments)
        #expect(answer.grounding?.timings == AnswerTimings())
    }

    @Test(arguments: [(Intent.casual, "Hello"), (.retrieval, Assistant.nothingFoundText + " " + Assistant.addDocumentsText)])
    func `strictness without documents hangs on the intent`(intent: Intent, text: String) async throws {
        var settings = AssistantSettings()
        settings.isStrict = true
        let answer = try await Answer(
            assistant(FakeRetriever(hasAny: false), intent: FakeIntent(intent), settings: settings)
                .answer(AnswerRequest(messages: [user("hi")]), with: ScriptedGenerator("Hello")))
        #expect(answer.text == text)
    }

    @Test(arguments: [
        (true, "I couldn't find relevant information in the documents."),
        (
            false,
            "I couldn't find relevant information in the documents. There are none yet: put files into the documents folder or upload "
                + "them with POST /v1/documents, then call POST /v1/kb/sync."
        ),
    ])
    func `strict grounding answers without the generator`(hasAny: Bool, text: String) async throws {
        var settings = AssistantSettings()
        settings.isStrict = true
        let generator = ScriptedGenerator("invented")
        let answer = try await Answer(
            assistant(FakeRetriever(hasAny: hasAny), settings: settings).answer(
                AnswerRequest(messages: [user("q")]), with: generator))
        #expect(answer.text == text)
        #expect(generator.requests.isEmpty)
        #expect(answer.citations == [])
        #expect(answer.finish?.reason == .stop)
        #expect((answer.finish?.usage.completionTokens ?? 0) > 0)
    }

    @Test func `strict grounding leaves casual messages to the generator`() async throws {
        var settings = AssistantSettings()
        settings.isStrict = true
        let answer = try await Answer(
            assistant(FakeRetriever(), intent: FakeIntent(.casual), settings: settings)
                .answer(AnswerRequest(messages: [user("hi")]), with: ScriptedGenerator("Hello")))
        #expect(answer.text == "Hello")
    }

    @Test(arguments: [0, -1, AssistantSettings.topKMax + 1]) func `refuses a top_k out of bounds`(topK: Int) async throws {
        let request = AnswerRequest(messages: [user("q")], retrieval: RetrievalOptions(topK: topK))
        let failure = await #expect(throws: OutcropFailure.self) {
            try await Answer(assistant(FakeRetriever()).answer(request, with: ScriptedGenerator("x")))
        }
        #expect(failure?.parameter == "retrieval.top_k")
    }

    @Test func `refuses a request without messages`() async throws {
        let failure = await #expect(throws: OutcropFailure.self) {
            try await Answer(assistant(FakeRetriever()).answer(AnswerRequest(messages: []), with: ScriptedGenerator("x")))
        }
        #expect(failure?.parameter == "messages")
    }

    @Test func `a failed retrieval fails the answer before the first event`() async throws {
        let retriever = FakeRetriever { _ in throw OutcropFailure(.unavailable, code: "index_missing", "No index.") }
        let generator = ScriptedGenerator("x")
        let failure = await #expect(throws: OutcropFailure.self) {
            try await Answer(assistant(retriever).answer(AnswerRequest(messages: [user("q")]), with: generator))
        }
        #expect(failure?.code == "index_missing")
        #expect(generator.requests.isEmpty)
    }

    @Test func `a failed retrieval does not spoil a casual answer`() async throws {
        let failed = Gate()
        let retriever = FakeRetriever { _ in
            failed.open()
            throw OutcropFailure(.unavailable, "No index.")
        }
        let intent = FakeIntent { _ in
            try await failed.wait()
            return .casual
        }
        let answer = try await Answer(
            assistant(retriever, intent: intent).answer(AnswerRequest(messages: [user("hi")]), with: ScriptedGenerator("Hello")))
        #expect(answer.text == "Hello")
    }
}
