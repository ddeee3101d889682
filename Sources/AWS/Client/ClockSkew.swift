internal import Synchronization

/// How far AWS's clock is ahead of ours, learnt from a refusal. A signature is good for five minutes around its time.
final class ClockSkew: Sendable {
    /// A difference up to this is not why a signature was refused.
    static let toleranceSeconds = 240.0
    /// A clock further off than this is not corrected: what is signed for a far future could be used until then by whoever made us sign
    /// it. Time zones mistaken for each other are within.
    static let correctionSecondsMax = 86_400.0
    /// Refusals that a wrong clock may cause; the first three have other causes too, so the `Date` of the answer decides.
    static let codes: Set<String> = [
        "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "RequestTimeTooSkewed", "RequestExpired",
        "RequestInTheFuture",
    ]

    private let offset = Mutex(0.0)

    /// To add to our Unix time.
    var offsetSeconds: Double { offset.withLock { $0 } }

    /// Takes over the server's time if that explains why an attempt signed with the offset `used` was refused. False if it does not.
    func correct(_ unixSeconds: Double, offset used: Double, server: Double) -> Bool {
        guard let corrected = Self.correction(unixSeconds, offset: used, server: server) else { return false }
        offset.withLock { $0 = corrected }
        return true
    }

    /// The offset at which the server's clock stands; nil when what was signed with `used` was near enough, or that is too far off.
    static func correction(_ unixSeconds: Double, offset used: Double, server: Double) -> Double? {
        let corrected = server - unixSeconds
        return abs(corrected - used) > toleranceSeconds && abs(corrected) <= correctionSecondsMax ? corrected : nil
    }
}

/// Refusals that fresh credentials may cure.
enum RefusedCredentials {
    static let codes: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken", "InvalidClientTokenId",
        "UnrecognizedClientException",
    ]
}
