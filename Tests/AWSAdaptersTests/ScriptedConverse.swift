import AWS
import RAG
import Synchronization
import Testing

@testable import AWSAdapters

/// A model that plays a script: one entry a batch. Keeps what it was asked and how far it was read.
final class ScriptedConverse: Sendable {
    enum Step: Sendable {
        case batch([ConverseStreamEvent])
        case fail(any Error)
        /// Waits until its reader is cancelled.
        case hang
    }

    private struct State {
        var requests: [ConverseRequest] = []
        var batchesRead = 0
        var streamsOpen = 0
    }

    private let steps: [Step]
    private let openFailure: (any Error)?
    private let whole: ConverseResponse?
    private let state = Mutex(State())

    init(_ steps: [Step] = [], openFailure: (any Error)? = nil, whole: ConverseResponse? = nil) {
        self.steps = steps
        self.openFailure = openFailure
        self.whole = whole
    }

    convenience init(batches: [[ConverseStreamEvent]]) { self.init(batches.map(Step.batch)) }

    var requests: [ConverseRequest] { state.withLock { $0.requests } }
    var batchesRead: Int { state.withLock { $0.batchesRead } }
    /// Streams that someone still holds: each is a transfer that goes on.
    var streamsOpen: Int { state.withLock { $0.streamsOpen } }

    func generator(_ traits: ModelTraits = .modern) -> BedrockGenerator {
        BedrockGenerator(
            modelID: "test.model", traits: traits,
            calls: ConverseCalls(
                stream: { [self] in try open($0) },
                whole: { [self] request in
                    state.withLock { $0.requests.append(request) }
                    if let openFailure { throw openFailure }
                    return try #require(whole)
                }))
    }

    private func open(_ request: ConverseRequest) throws -> ConverseStream {
        state.withLock { $0.requests.append(request) }
        if let openFailure { throw openFailure }
        let transfer = Transfer(self)
        return ConverseStream { try await transfer.next() }
    }

    private func step() -> Step? {
        state.withLock { state in
            guard state.batchesRead < steps.count else { return nil }
            defer { state.batchesRead += 1 }
            return steps[state.batchesRead]
        }
    }

    /// Stands for the network's transfer: it ends when the last holder lets go.
    private final class Transfer: Sendable {
        private let script: ScriptedConverse

        init(_ script: ScriptedConverse) {
            self.script = script
            script.state.withLock { $0.streamsOpen += 1 }
        }

        deinit { script.state.withLock { $0.streamsOpen -= 1 } }

        func next() async throws -> [ConverseStreamEvent]? {
            switch script.step() {
            case .batch(let events): return events
            case .fail(let error): throw error
            case .hang:
                try await untilCancelled()
                return nil
            case nil: return nil
            }
        }
    }
}

extension ModelTraits {
    /// A model that takes everything.
    static var modern: ModelTraits {
        var traits = ModelTraits()
        traits.takesPrefill = true
        traits.takesStopSequences = true
        traits.takesImages = true
        traits.takesDocuments = true
        return traits
    }

    static func modern(_ change: (inout ModelTraits) -> Void) -> ModelTraits {
        var traits = modern
        change(&traits)
        return traits
    }
}

extension GenerationRequest {
    static func asking(
        _ text: String = "How long is the warranty?", system: String = "Be brief.",
        options: GenerationOptions = GenerationOptions()
    ) -> GenerationRequest {
        GenerationRequest(
            system: system, messages: [Message(role: .user, text: text)], passages: [], grounding: .notWanted, options: options)
    }
}

extension BedrockGenerator {
    /// All events of an answer.
    func events(_ request: GenerationRequest = .asking()) async throws -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        for try await event in generate(request) { events.append(event) }
        return events
    }

    /// The request that the model gets.
    static func request(_ request: GenerationRequest, _ traits: ModelTraits = .modern) -> ConverseRequest {
        ConverseRequest(request, traits: traits)
    }
}

/// The end of a normal answer.
let goodEnd: [ConverseStreamEvent] = [
    .contentBlockStop(index: 0), .messageStop(.endTurn), .metadata(TokenUsage(inputTokens: 10, outputTokens: 3, totalTokens: 13)),
]
