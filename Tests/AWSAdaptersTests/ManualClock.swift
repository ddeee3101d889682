import AWS
import Synchronization

/// Time that goes on only when a test says so.
final class ManualClock: Sendable {
    private struct Sleeper {
        let id: Int
        let until: Double
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var seconds = 0.0
        var nextID = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var clock: AWSClock {
        AWSClock(
            unixSeconds: { self.state.withLock { $0.seconds } }, uptimeSeconds: { self.state.withLock { $0.seconds } },
            sleep: { try await self.sleep($0) }, random: { 0.5 })
    }

    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Wakes whoever slept until then.
    func advance(by seconds: Double) {
        let due = state.withLock { state -> [Sleeper] in
            state.seconds += seconds
            let due = state.sleepers.filter { $0.until <= state.seconds }
            state.sleepers.removeAll { $0.until <= state.seconds }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Returns as soon as `count` sleep.
    func waitForSleepers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isDue = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isDue { continuation.resume() }
        }
    }

    private func sleep(_ seconds: Double) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in add(id, seconds, continuation) }
        } onCancel: {
            cancel(id)
        }
    }

    private func add(_ id: Int, _ seconds: Double, _ continuation: CheckedContinuation<Void, any Error>) {
        let (isCancelled, watchers) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
            if state.cancelled.remove(id) != nil { return (true, []) }
            state.sleepers.append(Sleeper(id: id, until: state.seconds + seconds, continuation: continuation))
            let ready = state.watchers.filter { $0.count <= state.sleepers.count }.map(\.continuation)
            state.watchers.removeAll { $0.count <= state.sleepers.count }
            return (false, ready)
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
        for watcher in watchers { watcher.resume() }
    }

    private func cancel(_ id: Int) {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.sleepers.remove(at: index)
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}
