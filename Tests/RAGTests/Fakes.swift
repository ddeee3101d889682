import Synchronization

@testable import RAG

/// A door that tests open by hand; waiting ends early when the task is cancelled.
final class Gate: Sendable {
    private let door = Mutex<(isOpen: Bool, waiting: [OneShot<Void>])>((false, []))

    func open() {
        let waiting = door.withLock { door in
            door.isOpen = true
            defer { door.waiting = [] }
            return door.waiting
        }
        for one in waiting { one.finish(.success(())) }
    }

    func wait() async throws {
        let one = OneShot<Void>()
        let isOpen = door.withLock { door in
            if !door.isOpen { door.waiting.append(one) }
            return door.isOpen
        }
        if isOpen { return }
        try await withTaskCancellationHandler {
            try await one.value()
        } onCancel: {
            one.cancel()
        }
    }
}

/// Remembers what happened, in order.
final class Journal: Sendable {
    private let entries = Mutex<[String]>([])
    var all: [String] { entries.withLock { $0 } }
    func note(_ entry: String) { entries.withLock { $0.append(entry) } }
}

struct FakeRetriever: Retriever {
    var onRetrieve: @Sendable (RetrievalQuery) async throws -> [Passage] = { _ in [] }
    var hasAny = true
    /// Texts of the documents as they stand now.
    var texts: [String: String] = [:]

    func retrieve(_ query: RetrievalQuery) async throws -> [Passage] { try await onRetrieve(query) }
    func hasDocuments() async throws -> Bool { hasAny }
    func storedText(documentID: String, range: Range<Int>) async throws -> String? {
        guard let scalars = texts[documentID].map({ Array($0.unicodeScalars) }), range.upperBound <= scalars.count else {
            return nil
        }
        return string(scalars[range])
    }

    init(
        _ passages: [Passage] = [], hasAny: Bool = true, texts: [String: String] = [:],
        onRetrieve: (@Sendable (RetrievalQuery) async throws -> [Passage])? = nil
    ) {
        self.onRetrieve = onRetrieve ?? { _ in passages }
        self.hasAny = hasAny
        self.texts = texts
    }
}

struct FakeIntent: IntentClassifier {
    var decide: @Sendable ([Message]) async throws -> Intent
    init(_ intent: Intent) { decide = { _ in intent } }
    init(_ decide: @escaping @Sendable ([Message]) async throws -> Intent) { self.decide = decide }
    func classify(_ messages: [Message]) async throws -> Intent { try await decide(messages) }
}

struct FakeReranker: Reranker {
    var rank: @Sendable ([Passage], String, Int) async throws -> [Passage]
    init(_ rank: @escaping @Sendable ([Passage], String, Int) async throws -> [Passage]) { self.rank = rank }
    func rerank(_ passages: [Passage], for query: String, topK: Int) async throws -> [Passage] {
        try await rank(passages, query, topK)
    }
}

/// Yields its script as it is pulled and keeps what it was asked.
final class ScriptedGenerator: Generator {
    enum Step: Sendable {
        case event(GenerationEvent)
        case fail(any Error)
        case wait(Gate)
    }

    let modelID = "scripted"
    private let script: [Step]
    private let state = Mutex<(pulls: Int, requests: [GenerationRequest])>((0, []))

    private let reads: Int?

    init(_ script: [Step], reads: Int? = nil) {
        self.script = script
        self.reads = reads
    }

    func promptTokensMax(_ options: GenerationOptions) -> Int? { reads }
    convenience init(_ texts: String..., reason: FinishReason = .stop) {
        self.init(
            texts.map { .event(.text(TextPieces($0))) } + [.event(.finished(reason, Usage(promptTokens: 3, completionTokens: 2)))]
        )
    }

    var pulls: Int { state.withLock { $0.pulls } }
    var requests: [GenerationRequest] { state.withLock { $0.requests } }

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        state.withLock { $0.requests.append(request) }
        return AsyncThrowingStream { try await self.next() }
    }

    private func next() async throws -> GenerationEvent? {
        let index = state.withLock { state in
            defer { state.pulls += 1 }
            return state.pulls
        }
        guard index < script.count else { return nil }
        switch script[index] {
        case .event(let event): return event
        case .fail(let error): throw error
        case .wait(let gate):
            try await gate.wait()
            return try await next()
        }
    }
}

func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
}

func passage(
    _ text: String, document: String = "doc_a", filename: String = "a.md", page: Int? = nil, headings: [String] = [],
    at start: Int = 0,
    score: Double = 0.8
) -> Passage {
    Passage(
        chunkID: Int64(start), documentID: document, filename: filename, page: page, headings: headings, text: text,
        range: start..<(start + text.unicodeScalars.count), score: score)
}

func user(_ text: String) -> Message { Message(role: .user, text: text) }

/// An assistant without real time: the classifier's deadline never comes unless a test makes it.
func assistant(
    _ retriever: FakeRetriever, intent: FakeIntent = FakeIntent(.retrieval), settings: AssistantSettings = AssistantSettings(),
    reranker: FakeReranker? = nil,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { _ in try await Gate().wait() }
) throws -> Assistant {
    try Assistant(
        retriever: retriever, intent: intent, settings: settings, reranker: reranker, clock: AssistantClock(sleep: sleep),
        fenceSecret: { "0123456789abcdef" })
}

/// A complete answer, with its order checked on the way.
struct Answer {
    var grounding: GroundingReport?
    /// What was known when the generator had begun.
    var started: AnswerTimings?
    var pieces: [String] = []
    var citations: [Citation]?
    var finish: (reason: FinishReason, usage: Usage, timings: AnswerTimings)?
    var text: String { pieces.joined() }

    init(_ stream: AsyncThrowingStream<AnswerEvent, any Error>) async throws {
        for try await event in stream {
            guard finish == nil else { throw Disorder.afterFinish }
            switch event {
            case .grounded(let report):
                guard grounding == nil, started == nil else { throw Disorder.grounded }
                grounding = report
            case .started(let timings):
                guard grounding != nil, started == nil, pieces.isEmpty, citations == nil else { throw Disorder.started }
                started = timings
            case .text(let text):
                guard started != nil, citations == nil, !text.pieces.isEmpty, !text.pieces.contains("") else {
                    throw Disorder.text
                }
                pieces += text.pieces
            case .citations(let list):
                guard started != nil, citations == nil else { throw Disorder.citations }
                citations = list
            case .finished(let reason, let usage, let timings):
                guard citations != nil else { throw Disorder.finish }
                finish = (reason, usage, timings)
            }
        }
        guard finish != nil else { throw Disorder.noFinish }
    }

    enum Disorder: Error { case afterFinish, grounded, started, text, citations, finish, noFinish }
}
