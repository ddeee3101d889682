internal import HTTPTypes
internal import RAG
import Synchronization

/// What one key may use in a minute; nil is no limit.
package struct RateLimit: Hashable, Sendable {
    package var requestsPerMinute: Int?
    package var tokensPerMinute: Int?

    /// Below 1 counts as 1.
    package init(requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
    }
}

/// A request over the limit, with the fields that tell the client where it stands.
struct RateLimited: Error {
    var failure: OutcropFailure
    var fields: HTTPFields
}

/// Two token buckets a key, for requests and for tokens; each holds a minute's worth and fills evenly.
///
/// Tokens are taken by estimate when a request comes in and settled when its true usage is known, so a bucket may go
/// below zero; the next request then waits until it has filled again.
final class RateLimiter: Sendable {
    private struct Account {
        var requests: TokenBucket?
        var tokens: TokenBucket?
        var touchedAt: Double
    }

    private let limit: RateLimit
    private let accountsMax: Int
    private let uptimeSeconds: @Sendable () -> Double
    private let accounts = Mutex<[CallerID: Account]>([:])

    init(_ limit: RateLimit, accountsMax: Int = 10_000, uptimeSeconds: @escaping @Sendable () -> Double) {
        self.limit = limit
        self.accountsMax = accountsMax
        self.uptimeSeconds = uptimeSeconds
    }

    /// Counts one request; returns the `x-ratelimit-*` fields for its answer. Throws `RateLimited`.
    func admit(_ caller: CallerID) throws -> HTTPFields {
        let outcome: Result<HTTPFields, RateLimited> = withAccount(caller) { account, now in
            for (what, bucket) in [("requests", account.requests), ("tokens", account.tokens)] {
                guard let bucket else { continue }
                let wait = bucket.secondsUntil(1, now: now)
                if wait > 0 { return .failure(Self.refusal(what, bucket, wait, Self.fields(account, now))) }
            }
            account.requests?.take(1, now: now)
            return .success(Self.fields(account, now))
        }
        return try outcome.get()
    }

    /// Counts tokens that are about to be used, or the difference (also negative) to an earlier estimate.
    func count(tokens: Int, for caller: CallerID) {
        guard limit.tokensPerMinute != nil else { return }
        withAccount(caller) { account, now in account.tokens?.take(Double(tokens), now: now) }
    }

    private func withAccount<Value: Sendable>(_ caller: CallerID, _ body: (inout Account, Double) -> Value) -> Value {
        let now = uptimeSeconds()
        return accounts.withLock { accounts in
            if accounts[caller] == nil, accounts.count >= accountsMax { Self.forgetOldest(&accounts) }
            var account = accounts[caller] ?? makeAccount(now)
            account.touchedAt = now
            defer { accounts[caller] = account }
            return body(&account, now)
        }
    }

    private func makeAccount(_ now: Double) -> Account {
        Account(
            requests: limit.requestsPerMinute.map { TokenBucket(perMinute: $0, now: now) },
            tokens: limit.tokensPerMinute.map { TokenBucket(perMinute: $0, now: now) }, touchedAt: now)
    }

    /// Keys are few; only a caller who makes them up without end gets here, and pays with a scan.
    private static func forgetOldest(_ accounts: inout [CallerID: Account]) {
        if let oldest = accounts.min(by: { $0.value.touchedAt < $1.value.touchedAt }) { accounts[oldest.key] = nil }
    }

    private static func refusal(_ what: String, _ bucket: TokenBucket, _ wait: Double, _ fields: HTTPFields) -> RateLimited {
        let seconds = Int(wait.rounded(.up))
        let failure = OutcropFailure(
            .rateLimited, code: "rate_limit_exceeded",
            "This key's limit of \(Int(bucket.capacity)) \(what) a minute is reached. Try again in \(seconds) s.",
            retryAfterSeconds: seconds)
        return RateLimited(failure: failure, fields: fields)
    }

    /// All that `fields` can hold.
    static let fieldNames: [HTTPField.Name] = ["requests", "tokens"].flatMap { kind in
        ["limit", "remaining", "reset"].compactMap { HTTPField.Name("x-ratelimit-\($0)-\(kind)") }
    }

    /// The names OpenAI uses (API reference, "Rate limits", headers).
    private static func fields(_ account: Account, _ now: Double) -> HTTPFields {
        var fields = HTTPFields()
        for (kind, bucket) in [("requests", account.requests), ("tokens", account.tokens)] {
            guard let bucket else { continue }
            let values = [
                "limit": String(Int(bucket.capacity)), "remaining": String(Int(max(0, bucket.available(now)))),
                "reset": durationText(bucket.secondsUntil(bucket.capacity, now: now)),
            ]
            for (name, value) in values {
                if let name = HTTPField.Name("x-ratelimit-\(name)-\(kind)") { fields[name] = value }
            }
        }
        return fields
    }

    /// OpenAI's spelling of a duration: `120ms`, `7.5s`, `1m0s`.
    static func durationText(_ seconds: Double) -> String {
        let milliseconds = Int((seconds * 1_000).rounded(.up))
        if milliseconds < 1_000 { return "\(milliseconds)ms" }
        let (minutes, rest) = milliseconds.quotientAndRemainder(dividingBy: 60_000)
        let seconds = "\(rest / 1_000)" + (rest % 1_000 == 0 ? "" : "." + thousandths(rest % 1_000))
        return minutes > 0 ? "\(minutes)m\(seconds)s" : "\(seconds)s"
    }

    /// 50 → `05`, 500 → `5`.
    private static func thousandths(_ count: Int) -> String {
        let digits = String(1_000 + count).dropFirst()
        return String(digits.prefix(upTo: digits.lastIndex { $0 != "0" }.map(digits.index(after:)) ?? digits.startIndex))
    }
}

/// Holds at most a minute's worth and fills evenly. Pure: time is a parameter.
struct TokenBucket {
    /// More is as good as no limit; whole numbers up to here are exact in a `Double` and fit an `Int`.
    static let perMinuteMax = 1_000_000_000_000
    /// Longest wait that is told, a year; a debt of any size stays a number.
    static let waitSecondsMax = 31_536_000.0

    let capacity: Double
    private var level: Double
    private var levelAt: Double

    init(perMinute: Int, now: Double) {
        capacity = Double(min(max(1, perMinute), Self.perMinuteMax))
        level = capacity
        levelAt = now
    }

    func available(_ now: Double) -> Double {
        min(capacity, level + max(0, now - levelAt) * capacity / 60)
    }

    func secondsUntil(_ amount: Double, now: Double) -> Double {
        min(max(0, (amount - available(now)) * 60 / capacity), Self.waitSecondsMax)
    }

    mutating func take(_ amount: Double, now: Double) {
        level = min(capacity, available(now) - amount)
        levelAt = now
    }
}
