internal import Synchronization

/// How far AWS's clock is ahead of ours, learnt from a refusal. A signature is good for five minutes around its time.
final class ClockSkew: Sendable {
    /// A difference up to this is not why a signature was refused.
    static let toleranceSeconds = 240.0
    /// Refusals that a wrong clock may cause; the first three have other causes too, so the `Date` of the answer decides.
    static let codes: Set<String> = [
        "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "RequestTimeTooSkewed", "RequestExpired",
        "RequestInTheFuture",
    ]

    private let offset = Mutex(0.0)

    /// To add to our Unix time.
    var offsetSeconds: Double { offset.withLock { $0 } }

    /// Takes over the server's time if the refused attempt, signed with `offset`, was too far from it. False if the clock was right.
    func correct(_ unixSeconds: Double, offset used: Double, server: Double) -> Bool {
        guard abs(server - (unixSeconds + used)) > Self.toleranceSeconds else { return false }
        offset.withLock { $0 = server - unixSeconds }
        return true
    }
}

/// Refusals that fresh credentials may cure.
enum RefusedCredentials {
    static let codes: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken", "InvalidClientTokenId",
        "UnrecognizedClientException",
    ]
}
