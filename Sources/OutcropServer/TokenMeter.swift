internal import RAG
import Synchronization

/// Charges one answer to its caller: an estimate at once, so that many requests together cannot slip under the limit, and
/// the true usage at the end. An answer that is broken off costs what it had written by then.
final class TokenMeter: Sendable {
    /// About right for English; only what is charged until the true count is known depends on it.
    static let bytesPerToken = 4

    private let limiter: RateLimiter
    private let caller: CallerID
    private let promptEstimate: Int
    private let writtenBytes = Atomic(0)
    private let isSettled = Atomic(false)

    init(limiter: RateLimiter, caller: CallerID, messages: [Message]) {
        self.limiter = limiter
        self.caller = caller
        promptEstimate = messages.reduce(0) { $0 + $1.text.utf8.count } / Self.bytesPerToken
        limiter.count(tokens: promptEstimate, for: caller)
    }

    deinit { breakOff() }

    func count(_ piece: String) { writtenBytes.wrappingAdd(piece.utf8.count, ordering: .relaxed) }

    func finish(_ usage: Usage) { settle(tokens: usage.totalTokens) }

    /// Settles for what was written by now; does nothing after `finish`.
    func breakOff() { settle(tokens: promptEstimate + writtenBytes.load(ordering: .relaxed) / Self.bytesPerToken) }

    /// The first settlement counts.
    private func settle(tokens: Int) {
        guard !isSettled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        limiter.count(tokens: tokens - promptEstimate, for: caller)
    }
}
