import AWS
import RAG
import Synchronization

@testable import AWSAdapters

/// Stands in for Bedrock's control plane: lists that can be changed, made to fail or made to hang, and a count of all calls.
final class FakeModelLists: Sendable {
    struct Denied: Error {}

    enum Answer: Sendable {
        case gives, fails
        /// Until cancelled, or until `release`.
        case hangs
    }

    struct State: Sendable {
        var models = ModelListTests.models
        var system = ModelListTests.system
        var application = ModelListTests.application
        var modelsAnswer = Answer.gives
        var systemAnswer = Answer.gives
        var applicationAnswer = Answer.gives
        var profileAnswer = Answer.gives
        var calls: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let (released, release) = AsyncStream<Void>.makeStream()

    var calls: [String: Int] { state.withLock { $0.calls } }
    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
    /// Lets one hanging call go on.
    func releaseOne() { release.yield() }

    var source: ModelListSource {
        ModelListSource(
            foundationModels: { try await self.answer("models", \.modelsAnswer, \.models) },
            inferenceProfiles: { type in
                type == .system
                    ? try await self.answer("system", \.systemAnswer, \.system)
                    : try await self.answer("application", \.applicationAnswer, \.application)
            },
            inferenceProfile: { arn in
                let profiles = try await self.answer("profile", \.profileAnswer, \.application)
                guard let profile = profiles.first(where: { $0.arn == arn }) else { throw Denied() }
                return profile
            })
    }

    private func answer<Value: Sendable>(
        _ name: String, _ answer: KeyPath<State, Answer>, _ value: KeyPath<State, Value>
    ) async throws -> Value {
        let kind = state.withLock { state in
            state.calls[name, default: 0] += 1
            return state[keyPath: answer]
        }
        switch kind {
        case .gives: return state.withLock { $0[keyPath: value] }
        case .fails: throw Denied()
        case .hangs:
            for await _ in released { return state.withLock { $0[keyPath: value] } }
            throw CancellationError()
        }
    }
}

/// A generator that only says what it was made of.
struct NamedGenerator: Generator {
    let modelID: String
    let model: String?

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { $0.finish() }
    }
}
