import Dispatch
import Synchronization

/// Runs blocking or CPU-bound work on Dispatch threads, so that nothing blocks Swift's cooperative pool.
///
/// At most `width` pieces run at once, in the order they came, and `pendingMax` wait; one more is refused with
/// `.unavailable`. A waiting piece whose task is cancelled gives up its place at once; a running one runs to its end, and its
/// caller waits for it. No thread is held while waiting.
package final class WorkQueue: Sendable {
    private typealias Job = @Sendable () -> Void

    private enum Admission {
        case starts
        case waits(ticket: Int)
        case refused
    }

    private struct State {
        var running = 0
        /// Waiting jobs by ticket; tickets are issued in order, and a withdrawn one leaves a gap.
        var waiting: [Int: Job] = [:]
        var nextTicket = 0
        var headTicket = 0

        mutating func enqueue(_ job: @escaping Job) -> Int {
            defer { nextTicket += 1 }
            waiting[nextTicket] = job
            return nextTicket
        }

        /// The job that has waited longest; without one, a place becomes free.
        mutating func next() -> Job? {
            while headTicket < nextTicket {
                defer { headTicket += 1 }
                if let job = waiting.removeValue(forKey: headTicket) { return job }
            }
            running -= 1
            return nil
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
        let outcome = OneShot<Value>()
        switch submit({ outcome.finish(Result { try body() }) }) {
        case .refused: throw overloaded
        case .starts: return try await outcome.value()
        case .waits(let ticket):
            return try await withTaskCancellationHandler {
                try await outcome.value()
            } onCancel: {
                if withdraw(ticket) { outcome.cancel() }
            }
        }
    }

    /// Pieces that wait for a place.
    package var pendingCount: Int { state.withLock { $0.waiting.count } }

    private func submit(_ job: @escaping Job) -> Admission {
        let admission = state.withLock { state -> Admission in
            if state.running < width {
                state.running += 1
                return .starts
            }
            return state.waiting.count < pendingMax ? .waits(ticket: state.enqueue(job)) : .refused
        }
        if case .starts = admission { queue.async { self.drain(from: job) } }
        return admission
    }

    /// Whether the job was still waiting; it will not run then.
    private func withdraw(_ ticket: Int) -> Bool {
        state.withLock { $0.waiting.removeValue(forKey: ticket) != nil }
    }

    private func drain(from first: @escaping Job) {
        var job: Job? = first
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
