internal import RAG
import Synchronization

/// At most `bytesMax` bytes held at once by all together; whoever wants more is refused rather than queued.
final class ByteBudget: Sendable {
    private let taken = Mutex(0)
    private let bytesMax: Int
    private let what: String

    /// `what` names the holders in the refusal, such as "JSON bodies".
    init(bytesMax: Int, what: String) {
        precondition(bytesMax > 0)
        self.bytesMax = bytesMax
        self.what = what
    }

    var takenBytes: Int { taken.withLock { $0 } }

    /// One holder's share, empty at first.
    func lease() -> Lease { Lease(self) }

    fileprivate func take(_ byteCount: Int) throws {
        let fits = taken.withLock { taken in
            guard byteCount <= bytesMax - taken else { return false }
            taken += byteCount
            return true
        }
        guard fits else {
            throw OutcropFailure(
                .unavailable, code: "overloaded",
                "\(what) hold \(bytesMax) bytes of memory already, which is this server's limit. Try again shortly.",
                retryAfterSeconds: 1)
        }
    }

    fileprivate func giveBack(_ byteCount: Int) { taken.withLock { $0 -= byteCount } }

    /// Given back by hand or with its last reference, whichever way the work ends.
    final class Lease: Sendable {
        private let budget: ByteBudget
        private let held = Mutex(0)

        fileprivate init(_ budget: ByteBudget) { self.budget = budget }

        deinit { giveBack() }

        /// Throws `.unavailable` when the budget is used up; what was taken before stays taken.
        func take(_ byteCount: Int) throws {
            try budget.take(byteCount)
            held.withLock { $0 += byteCount }
        }

        func giveBack() {
            let byteCount = held.withLock { held in
                defer { held = 0 }
                return held
            }
            budget.giveBack(byteCount)
        }
    }
}
