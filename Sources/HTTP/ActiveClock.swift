import Glibc
import Synchronization

/// Monotonic time without the hours in which the process was frozen (SIGSTOP, a Lambda sandbox between two requests).
///
/// Only the event loop notices a freeze: it knows how long it meant to sleep. What it slept beyond that, and beyond `slack`, is taken out, so deadlines
/// do not fire for frozen time. A task that asks in the instant between the thaw and the loop's first turn still sees the old offset; its deadline then
/// comes late, never early.
final class ActiveClock: Sendable {
    typealias Nanoseconds = UInt64

    /// A late wake-up within this is a busy machine, not a freeze.
    static let slack: Nanoseconds = 1_000_000_000

    private let frozen = Atomic<Nanoseconds>(0)
    private let monotonic: @Sendable () -> Nanoseconds

    init(monotonic: @escaping @Sendable () -> Nanoseconds = ActiveClock.systemMonotonic) {
        self.monotonic = monotonic
    }

    var now: Nanoseconds { monotonic() - frozen.load(ordering: .relaxed) }

    /// Since `start`; 0 when `start` was read in the instant between a thaw and the loop's correction, and so lies ahead.
    func elapsed(since start: Nanoseconds) -> Nanoseconds {
        let now = now
        return now > start ? now - start : 0
    }

    func deadline(after seconds: Double) -> Nanoseconds { now + Self.nanoseconds(seconds) }

    /// Call after a sleep that began at `start` (of this clock) and was meant to last at most `planned`. Returns the time taken out.
    @discardableResult
    func correct(sleepFrom start: Nanoseconds, planned: Nanoseconds) -> Nanoseconds {
        let elapsed = elapsed(since: start)
        guard elapsed > planned + Self.slack else { return 0 }
        frozen.wrappingAdd(elapsed - planned, ordering: .relaxed)
        return elapsed - planned
    }

    /// At most 285 years, so that no sum of two times overflows.
    static func nanoseconds(_ seconds: Double) -> Nanoseconds { Nanoseconds(min(max(0, seconds) * 1e9, 9e18)) }

    static func systemMonotonic() -> Nanoseconds {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Nanoseconds(time.tv_sec) * 1_000_000_000 + Nanoseconds(time.tv_nsec)
    }
}
