import Dispatch
import Synchronization

/// Runs blocking or CPU-bound work on Dispatch threads, so that nothing blocks Swift's cooperative pool.
///
/// At most `width` pieces run at once, in the order they came, and `pendingMax` wait; one more is refused with
/// `.unavailable`. A waiting piece whose task was cancelled is not started. No thread is held while waiting.
package final class WorkQueue: Sendable {
    private struct State {
        var running = 0
        var waiting: [@Sendable () -> Void] = []
        /// Index of the first waiting job; the array is compacted when half of it is spent.
        var head = 0

        mutating func next() -> (@Sendable () -> Void)? {
            guard head < waiting.count else {
                running -= 1
                waiting.removeAll(keepingCapacity: true)
                head = 0
                return nil
            }
            defer { head += 1 }
            if head > waiting.count / 2, head > 64 {
                waiting.removeFirst(head)
                head = 0
            }
            return waiting[head]
        }
    }

    private let queue: DispatchQueue
    private let state = Mutex(State())
    private let label: String
    private let width: Int
    private let pendingMax: Int

    package init(label: String, width: Int, pendingMax: Int = 4_096) {
        precondition(width > 0 && pendingMax > 0)
        self.label = label
        self.width = width
        self.pendingMax = pendingMax
        queue = DispatchQueue(label: label, attributes: .concurrent)
    }

    /// The result of `body`, run off the cooperative pool. Throws `CancellationError` if cancelled before it starts.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try Task.checkCancellation()
        let cancelled = Cancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let admitted = submit {
                    continuation.resume(with: Result { if cancelled.isSet { throw CancellationError() } else { try body() } })
                }
                if !admitted { continuation.resume(throwing: overloaded) }
            }
        } onCancel: {
            cancelled.set()
        }
    }

    private func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        let (admitted, starts) = state.withLock { state in
            guard state.running == width else {
                state.running += 1
                return (true, true)
            }
            guard state.waiting.count - state.head < pendingMax else { return (false, false) }
            state.waiting.append(job)
            return (true, false)
        }
        if starts { queue.async { self.drain(from: job) } }
        return admitted
    }

    private func drain(from first: @escaping @Sendable () -> Void) {
        var job: (@Sendable () -> Void)? = first
        while let current = job {
            current()
            job = state.withLock { $0.next() }
        }
    }

    private var overloaded: OutcropFailure {
        OutcropFailure(
            .unavailable, code: "overloaded", "Too much work is waiting (\(label)). Try again shortly.", retryAfterSeconds: 1)
    }
}

private final class Cancellation: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
