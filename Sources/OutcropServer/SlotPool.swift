internal import RAG
import Synchronization

/// At most `capacity` of something at once; one more is refused rather than queued.
final class SlotPool: Sendable {
    private let taken = Mutex(0)
    private let capacity: Int
    private let what: String

    /// `what` names the work in the refusal, such as "answers".
    init(capacity: Int, what: String) {
        precondition(capacity > 0)
        self.capacity = capacity
        self.what = what
    }

    var takenCount: Int { taken.withLock { $0 } }

    /// A place, given back by hand or when the last reference to it goes, whichever way the work ends.
    func take() throws -> Slot {
        let isFree = taken.withLock { taken in
            guard taken < capacity else { return false }
            taken += 1
            return true
        }
        guard isFree else {
            throw OutcropFailure(
                .unavailable, code: "overloaded",
                "\(capacity) \(what) are running already, which is this server's limit. Try again shortly.",
                retryAfterSeconds: 1)
        }
        return Slot { [self] in taken.withLock { $0 -= 1 } }
    }
}

/// One place in a `SlotPool`.
final class Slot: Sendable {
    private let isHeld = Atomic(true)
    private let release: @Sendable () -> Void

    init(_ release: @escaping @Sendable () -> Void) { self.release = release }

    deinit { giveBack() }

    /// Does nothing the second time.
    func giveBack() {
        if isHeld.exchange(false, ordering: .acquiringAndReleasing) { release() }
    }
}
