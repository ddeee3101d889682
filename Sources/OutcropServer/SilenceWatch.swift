import Synchronization

/// Tells those who have waited for `seconds` that they have, again and again until they wait no more.
///
/// One task serves all, however many wait, and none runs while nobody is registered.
final class SilenceWatch: Sendable {
    private struct State {
        var waits: [ObjectIdentifier: Wait] = [:]
        var isRunning = false
    }

    /// Someone who may fall silent. Goes out of the watch with `end`.
    final class Wait: Sendable {
        /// In nanoseconds of the watch's clock; `.max` while there is nothing to wait for.
        fileprivate let start = Atomic<UInt64>(.max)
        fileprivate let onSilence: @Sendable () -> Void
        private let watch: SilenceWatch

        fileprivate init(_ watch: SilenceWatch, _ onSilence: @escaping @Sendable () -> Void) {
            self.watch = watch
            self.onSilence = onSilence
        }

        /// The silence begins now.
        func begin() { start.store(watch.now, ordering: .relaxed) }
        /// There is no silence to break.
        func pause() { start.store(.max, ordering: .relaxed) }
        func end() { watch.remove(self) }
    }

    /// All waits that end this part of the interval later are told together, which bounds how often the task wakes.
    static let slackPart: UInt64 = 16

    private let interval: UInt64
    private let uptimeSeconds: @Sendable () -> Double
    private let sleep: @Sendable (Double) async throws -> Void
    private let state = Mutex(State())

    init(seconds: Double, surroundings: Surroundings) {
        interval = UInt64(min(max(seconds, 0.001), 1e9) * 1e9)
        uptimeSeconds = surroundings.uptimeSeconds
        sleep = surroundings.sleep
    }

    /// Registers someone whose silence begins now. `onSilence` comes from the watch's task and must return at once.
    func wait(onSilence: @escaping @Sendable () -> Void) -> Wait {
        let wait = Wait(self, onSilence)
        wait.begin()
        let starts = state.withLock { state in
            state.waits[ObjectIdentifier(wait)] = wait
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if starts { Task { await run() } }
        return wait
    }

    /// Those registered.
    var count: Int { state.withLock { $0.waits.count } }

    private var now: UInt64 { UInt64(uptimeSeconds() * 1e9) }

    private func remove(_ wait: Wait) { state.withLock { $0.waits[ObjectIdentifier(wait)] = nil } }

    /// Who comes later has a later deadline than any that is slept for, so nobody need wake this task.
    private func run() async {
        while let pause = pauseNanoseconds() {
            do { try await sleep(Double(pause) / 1e9) } catch { return stop() }
            for wait in due() { wait.onSilence() }
        }
    }

    /// Until the first silence has lasted long enough; nil when nobody is registered, and then the task ends.
    private func pauseNanoseconds() -> UInt64? {
        let now = now
        return state.withLock { state in
            guard !state.waits.isEmpty else {
                state.isRunning = false
                return nil
            }
            let earliest = state.waits.values.reduce(now + interval) { min($0, deadline(of: $1)) }
            return earliest > now ? earliest - now : 0
        }
    }

    /// Those silent for long enough; their silence begins anew.
    private func due() -> [Wait] {
        let now = now
        let slack = interval / Self.slackPart
        return state.withLock { state in
            state.waits.values.filter { wait in
                let start = wait.start.load(ordering: .relaxed)
                guard start != .max, start + interval <= now + slack else { return false }
                // Not if it has said something meanwhile.
                return wait.start.compareExchange(expected: start, desired: now, ordering: .relaxed).exchanged
            }
        }
    }

    private func deadline(of wait: Wait) -> UInt64 {
        let start = wait.start.load(ordering: .relaxed)
        return start == .max ? .max : start + interval
    }

    private func stop() { state.withLock { $0.isRunning = false } }
}
