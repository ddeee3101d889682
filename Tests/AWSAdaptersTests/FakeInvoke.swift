import AWS
import RAG
import Synchronization

@testable import AWSAdapters

/// Stands in for InvokeModel: answers by a script and keeps what it was asked.
final class FakeInvoke: Sendable {
    struct Call: Hashable, Sendable {
        var body: String
        var modelID: String
        var urgency: ServiceCall.Urgency
    }

    private struct State {
        var calls: [Call] = []
        var running = 0
        var runningMax = 0
    }

    private let state = Mutex(State())
    private let answer: @Sendable (String) async throws -> String

    init(_ answer: @escaping @Sendable (_ body: String) async throws -> String) { self.answer = answer }

    var calls: [Call] { state.withLock { $0.calls } }
    /// Most calls that were under way at a time.
    var runningMax: Int { state.withLock { $0.runningMax } }

    func invoke(_ body: [UInt8], _ modelID: String, _ urgency: ServiceCall.Urgency) async throws -> [UInt8] {
        let text = String(decoding: body, as: UTF8.self)
        state.withLock { state in
            state.calls.append(Call(body: text, modelID: modelID, urgency: urgency))
            state.running += 1
            state.runningMax = max(state.runningMax, state.running)
        }
        defer { state.withLock { $0.running -= 1 } }
        return Array(try await answer(text).utf8)
    }
}

/// Lets `count` callers wait for each other, and all go on when the last has come.
final class Rendezvous: Sendable {
    private struct State {
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrived = 0
    }

    private let state = Mutex(State())
    private let count: Int

    init(count: Int) { self.count = count }

    func meet() async {
        await withCheckedContinuation { continuation in
            let free = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                state.arrived += 1
                state.waiting.append(continuation)
                guard state.arrived % count == 0 else { return [] }
                defer { state.waiting = [] }
                return state.waiting
            }
            for one in free { one.resume() }
        }
    }
}
