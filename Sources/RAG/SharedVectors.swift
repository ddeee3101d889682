import Synchronization

/// Vectors by text, those unused for long out first, and the computations under way, each with those who wait for it.
final class SharedVectors: Sendable {
    private struct Computation {
        let id: Int
        var task: Task<Void, Never>?
        var waiters: [Int: OneShot<[Float]>] = [:]
    }

    private struct State {
        var kept: VectorCache
        var running: [ExactText: Computation] = [:]
        /// Numbers callers and computations.
        var counter = 0
    }

    private let state: Mutex<State>

    init(capacity: Int) {
        state = Mutex(State(kept: VectorCache(capacity: capacity)))
    }

    /// The vector kept for `text`, else that of the computation under way, else of `compute`, which starts now.
    func value(for text: String, compute: @escaping @Sendable () async throws -> [Float]) async throws -> [Float] {
        try Task.checkCancellation()
        let text = ExactText(text)
        let waiter = OneShot<[Float]>()
        let (kept, ticket, starts) = enter(text, waiter)
        if let kept { return kept }
        if starts { start(ticket, text, compute) }
        return try await withTaskCancellationHandler {
            try await waiter.value()
        } onCancel: {
            leave(text, ticket)
            waiter.cancel()
        }
    }

    /// Callers that wait for `text`.
    func waiterCount(for text: String) -> Int { state.withLock { $0.running[ExactText(text)]?.waiters.count ?? 0 } }

    private func enter(_ text: ExactText, _ waiter: OneShot<[Float]>) -> (kept: [Float]?, ticket: Int, starts: Bool) {
        state.withLock { state in
            state.counter += 1
            let ticket = state.counter
            if let kept = state.kept.vector(for: text) { return (kept, ticket, false) }
            let starts = state.running[text] == nil
            state.running[text, default: Computation(id: ticket)].waiters[ticket] = waiter
            return (nil, ticket, starts)
        }
    }

    /// The computation belongs to all who wait, so it is a task of its own and not a child of the first caller.
    private func start(_ id: Int, _ text: ExactText, _ compute: @escaping @Sendable () async throws -> [Float]) {
        let task = Task {
            do { end(id, text, .success(try await compute())) } catch { end(id, text, .failure(error)) }
        }
        let isWanted = state.withLock { state in
            guard state.running[text]?.id == id else { return false }
            state.running[text]?.task = task
            return true
        }
        if !isWanted { task.cancel() }
    }

    private func end(_ id: Int, _ text: ExactText, _ result: Result<[Float], any Error>) {
        let waiters = state.withLock { state -> [OneShot<[Float]>] in
            guard state.running[text]?.id == id else { return [] }
            if case .success(let vector) = result { state.kept.keep(vector, for: text) }
            return state.running.removeValue(forKey: text).map { Array($0.waiters.values) } ?? []
        }
        for waiter in waiters { waiter.finish(result) }
    }

    private func leave(_ text: ExactText, _ ticket: Int) {
        let abandoned = state.withLock { state -> Task<Void, Never>? in
            guard state.running[text]?.waiters.removeValue(forKey: ticket) != nil, state.running[text]?.waiters.isEmpty == true
            else { return nil }
            return state.running.removeValue(forKey: text)?.task
        }
        abandoned?.cancel()
    }
}
