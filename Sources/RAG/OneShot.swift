import Synchronization

/// A result that is set once, by whoever comes first, and awaited by one task; setting may come before awaiting.
final class OneShot<Value: Sendable>: Sendable {
    private enum Phase {
        case open
        case awaited(CheckedContinuation<Value, any Error>)
        case finished(Result<Value, any Error>)
    }

    private let phase = Mutex(Phase.open)

    /// Sets the result; a second one is ignored.
    func finish(_ result: Result<Value, any Error>) {
        let waiter: CheckedContinuation<Value, any Error>? = phase.withLock { phase in
            switch phase {
            case .open:
                phase = .finished(result)
                return nil
            case .awaited(let continuation):
                phase = .finished(result)
                return continuation
            case .finished: return nil
            }
        }
        waiter?.resume(with: result)
    }

    /// Sets `CancellationError`, unless there is a result.
    func cancel() { finish(.failure(CancellationError())) }

    /// Called once.
    func value() async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let ready: Result<Value, any Error>? = phase.withLock { phase in
                if case .finished(let result) = phase { return result }
                phase = .awaited(continuation)
                return nil
            }
            if let ready { continuation.resume(with: ready) }
        }
    }
}
