import Dispatch
import Synchronization

/// Runs blocking or CPU-bound work on Dispatch threads, so that nothing blocks Swift's cooperative pool.
///
/// At most `width` interactive pieces run at once, in the order they came. Background pieces take the places these leave free,
/// but always one, so that they get on too; one that runs is not interrupted. Of each kind `pendingMax` may wait; one more is
/// refused with `.unavailable`. A waiting piece whose task is cancelled gives up its place at once; a running one runs to its
/// end, and its caller waits for it. No thread is held while waiting.
package final class WorkQueue: Sendable {
    /// Whether someone waits for the piece.
    package enum Urgency: Sendable {
        case interactive, background
    }

    private struct Job: Sendable {
        let urgency: Urgency
        let body: @Sendable () -> Void
    }

    private enum Admission {
        case starts
        case waits(ticket: Int)
        case refused
    }

    private struct Line {
        var running = 0
        /// Waiting jobs by ticket; tickets are issued in order, and a withdrawn one leaves a gap.
        var waiting: [Int: Job] = [:]
        var nextTicket = 0
        var headTicket = 0

        mutating func enqueue(_ job: Job) -> Int {
            defer { nextTicket += 1 }
            waiting[nextTicket] = job
            return nextTicket
        }

        /// The job that has waited longest.
        mutating func dequeue() -> Job? {
            while headTicket < nextTicket {
                defer { headTicket += 1 }
                if let job = waiting.removeValue(forKey: headTicket) { return job }
            }
            return nil
        }
    }

    private struct State {
        let width: Int
        var interactive = Line()
        var background = Line()

        subscript(urgency: Urgency) -> Line {
            get { urgency == .interactive ? interactive : background }
            _modify {
                switch urgency {
                case .interactive: yield &interactive
                case .background: yield &background
                }
            }
        }

        /// Takes a place for a job of this urgency, if there is one.
        mutating func takePlace(_ urgency: Urgency) -> Bool {
            let places = urgency == .interactive ? width : max(1, width - interactive.running)
            guard self[urgency].running < places else { return false }
            self[urgency].running += 1
            return true
        }

        /// The place of a finished job goes to one that waits. No second one can start: an end frees one place at most.
        mutating func next(after finished: Job) -> Job? {
            self[finished.urgency].running -= 1
            for urgency in [Urgency.interactive, .background] where !self[urgency].waiting.isEmpty && takePlace(urgency) {
                return self[urgency].dequeue()
            }
            return nil
        }
    }

    private let state: Mutex<State>
    private let label: String
    private let pendingMax: Int

    package init(label: String, width: Int, pendingMax: Int = 4_096) {
        precondition(width > 0 && pendingMax > 0)
        self.label = label
        self.pendingMax = pendingMax
        state = Mutex(State(width: width))
    }

    /// The result of `body`, run off the cooperative pool. Throws `CancellationError` if cancelled before it starts.
    package func run<Value: Sendable>(
        _ urgency: Urgency = .interactive, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        let outcome = OneShot<Value>()
        switch submit(Job(urgency: urgency) { outcome.finish(Result { try body() }) }) {
        case .refused: throw overloaded
        case .starts: return try await outcome.value()
        case .waits(let ticket):
            return try await withTaskCancellationHandler {
                try await outcome.value()
            } onCancel: {
                if withdraw(ticket, urgency) { outcome.cancel() }
            }
        }
    }

    /// Pieces that wait for a place.
    package var pendingCount: Int { state.withLock { $0.interactive.waiting.count + $0.background.waiting.count } }

    private func submit(_ job: Job) -> Admission {
        let admission = state.withLock { state -> Admission in
            if state.takePlace(job.urgency) { return .starts }
            guard state[job.urgency].waiting.count < pendingMax else { return .refused }
            return .waits(ticket: state[job.urgency].enqueue(job))
        }
        if case .starts = admission { start(job) }
        return admission
    }

    /// Whether the job was still waiting; it will not run then.
    private func withdraw(_ ticket: Int, _ urgency: Urgency) -> Bool {
        state.withLock { $0[urgency].waiting.removeValue(forKey: ticket) != nil }
    }

    /// On a serial queue of its own: Dispatch gives these a thread each, while all concurrent queues of the process share about
    /// as many threads as there are processors, so that a batch on one of them would stop all others.
    private func start(_ first: Job) {
        DispatchQueue(label: label).async {
            var job: Job? = first
            while let current = job {
                current.body()
                job = self.state.withLock { $0.next(after: current) }
            }
        }
    }

    private var overloaded: OutcropFailure {
        OutcropFailure(
            .unavailable, code: "overloaded", "Too much work is waiting (\(label)). Try again shortly.", retryAfterSeconds: 1)
    }
}
