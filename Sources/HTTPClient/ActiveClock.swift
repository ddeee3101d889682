import Glibc

/// Monotonic time without the hours in which the process was frozen (SIGSTOP, a Lambda sandbox between two requests), for the one
/// thread that sleeps by it: what took longer than planned and `slack` is taken out, so deadlines do not fire for frozen time.
struct ActiveClock {
    typealias Nanoseconds = UInt64

    /// A late wake-up within this is a busy machine, not a freeze.
    static let slack: Nanoseconds = 1_000_000_000

    private let monotonic: () -> Nanoseconds
    private var frozen: Nanoseconds = 0

    init(monotonic: @escaping () -> Nanoseconds = ActiveClock.systemMonotonic) { self.monotonic = monotonic }

    var now: Nanoseconds { monotonic() - frozen }

    /// Call after a sleep or some work that began at `start` (of this clock) and was meant to last at most `planned`.
    mutating func correct(from start: Nanoseconds, planned: Nanoseconds) {
        let elapsed = now - start
        if elapsed > planned + Self.slack { frozen += elapsed - planned }
    }

    /// `time` + `duration`; at most 285 years ahead, so that no sum of two times overflows.
    static func deadline(_ time: Nanoseconds, after duration: Duration) -> Nanoseconds {
        let (seconds, attoseconds) = duration.components
        if seconds < 0 || attoseconds < 0 { return time }
        let whole = Nanoseconds(min(seconds, 9_000_000_000)) * 1_000_000_000
        return time + whole + Nanoseconds(attoseconds / 1_000_000_000)
    }

    static func systemMonotonic() -> Nanoseconds {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Nanoseconds(time.tv_sec) * 1_000_000_000 + Nanoseconds(time.tv_nsec)
    }
}
