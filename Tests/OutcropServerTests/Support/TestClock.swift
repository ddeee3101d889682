import OutcropServer
import Synchronization

/// Time that moves only when told, ids that count, and sleepers that wake when told.
final class TestClock: Sendable {
    private struct State {
        var unix = 1_790_000_000
        var uptime = 100.0
        var ids = 0
        var sleepers: [CheckedContinuation<Void, any Error>] = []
        var sleptFor: [Double] = []
        /// Wakes asked for before anybody slept.
        var owedWakes = 0
    }

    private let state = Mutex(State())

    var surroundings: Surroundings {
        Surroundings(
            unixSeconds: { self.state.withLock { $0.unix } }, uptimeSeconds: { self.state.withLock { $0.uptime } },
            sleep: { try await self.sleep($0) }, makeID: { self.makeID($0) })
    }

    var unix: Int { state.withLock { $0.unix } }
    /// What the sleepers asked for, in seconds.
    var sleptFor: [Double] { state.withLock { $0.sleptFor } }

    func advance(_ seconds: Double) {
        state.withLock {
            $0.unix += Int(seconds)
            $0.uptime += seconds
        }
    }

    /// Lets this time pass for whoever sleeps.
    func pass(_ seconds: Double) {
        advance(seconds)
        wakeOne()
    }

    /// Ends one sleep, the running or the next one.
    func wakeOne() {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            if state.sleepers.isEmpty {
                state.owedWakes += 1
                return nil
            }
            return state.sleepers.removeFirst()
        }
        sleeper?.resume()
    }

    private func makeID(_ prefix: String) -> String {
        state.withLock {
            $0.ids += 1
            return "\(prefix)\($0.ids)"
        }
    }

    private func sleep(_ seconds: Double) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOwed = state.withLock { state in
                    state.sleptFor.append(seconds)
                    if state.owedWakes > 0 {
                        state.owedWakes -= 1
                        return true
                    }
                    state.sleepers.append(continuation)
                    return false
                }
                if isOwed { continuation.resume() } else if Task.isCancelled { wakeAll() }
            }
        } onCancel: {
            wakeAll()
        }
    }

    private func wakeAll() {
        let sleepers = state.withLock { state in
            defer { state.sleepers = [] }
            return state.sleepers
        }
        for sleeper in sleepers { sleeper.resume(throwing: CancellationError()) }
    }
}
