internal import RAG
import Synchronization

/// At most `capacity` of something at once; one more is refused rather than queued.
final class SlotPool: Sendable {
    private let taken = Mutex(0)
    private let capacity: Int
    private let what: String

    /// `what` names the work in the refusal, such as "answers"; `setting` the remedy.
    init(capacity: Int, what: String) {
        precondition(capacity > 0)
        self.capacity = capacity
        self.what = what
    }

    var takenCount: Int { taken.withLock { $0 } }

    /// A place that is given back when the last reference to it goes, whichever way the work ends.
    func take() throws -> Slot {
        let isFree = taken.withLock { taken in
            guard taken < capacity else { return false }
            taken += 1
            return true
        }
        guard isFree else {
            throw OutcropFailure(
                .unavailable, code: "overloaded", "\(capacity) \(what) are running already, which is this server's limit. Try again shortly.",
                retryAfterSeconds: 1)
        }
        return Slot { [self] in taken.withLock { $0 -= 1 } }
    }
}

/// One place in a `SlotPool`.
final class Slot: Sendable {
    private let giveBack: @Sendable () -> Void
    init(_ giveBack: @escaping @Sendable () -> Void) { self.giveBack = giveBack }
    deinit { giveBack() }
}
