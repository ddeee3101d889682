/// The retries of one call: a pure machine that is told of failures and says whether to try again, and when.
///
/// The rules are the AWS SDKs' standard mode ("Retry behavior" in the AWS SDKs and Tools Reference; `botocore/retries/standard.py`):
/// a number of attempts, a token bucket, exponential backoff with full jitter. On top of it stands a budget of time, as nobody who waits
/// for an answer should wait for hidden seconds: before a retry goes out, failed attempts and waits have never taken more.
struct RetrySession {
    enum Decision: Hashable {
        case giveUp
        case retry(afterSeconds: Double)
    }

    /// The wait before retry number i is random below base × 2^i, at most `max`.
    struct Backoff {
        var baseSeconds: Double
        var maxSeconds: Double

        /// The SDKs' own figures would spend the whole interactive budget on the first wait.
        static let interactive = Backoff(baseSeconds: 0.05, maxSeconds: 20)
        static let ingestion = Backoff(baseSeconds: 1, maxSeconds: 20)

        /// `retry` counts from 0, `random` is in 0..<1.
        func seconds(retry: Int, random: Double) -> Double {
            var ceiling = baseSeconds
            for _ in 0..<retry where ceiling < maxSeconds { ceiling *= 2 }
            return random * min(ceiling, maxSeconds)
        }
    }

    private let urgency: ServiceCall.Urgency
    private let attemptsMax: Int
    private let budgetSeconds: Double
    private let backoff: Backoff
    /// When the first attempt went out; the time to get credentials before it is none that retries add.
    private var startSeconds: Double?
    /// Failed attempts so far.
    private(set) var attempts = 0
    /// What the last retry took from the quota.
    private var lastCost: Int?
    var clockWasCorrected = false
    var credentialsWereRenewed = false

    init(_ urgency: ServiceCall.Urgency, configuration: AWSClient.Configuration) {
        self.urgency = urgency
        attemptsMax = configuration.attemptsMax
        switch urgency {
        case .interactive: (budgetSeconds, backoff) = (configuration.interactiveRetrySeconds, .interactive)
        case .ingestion: (budgetSeconds, backoff) = (configuration.ingestionRetrySeconds, .ingestion)
        }
    }

    mutating func attemptStarts(_ nowSeconds: Double) {
        if startSeconds == nil { startSeconds = nowSeconds }
    }

    /// What to do after an attempt that failed with `error`. Takes the retry's price from the quota.
    mutating func decide(
        _ error: AWSError, nowSeconds: Double, random: Double, quota: RetryQuota, service: AWSService
    ) -> Decision {
        attempts += 1
        guard attempts < attemptsMax, let kind = RetryKind(error) else { return .giveUp }
        // Another wait of the same length would double what somebody has waited in vain already.
        if kind == .timeout, urgency == .interactive { return .giveUp }
        let wait = max(backoff.seconds(retry: attempts - 1, random: random), error.retryAfterSeconds ?? 0)
        guard nowSeconds - (startSeconds ?? nowSeconds) + wait <= budgetSeconds else { return .giveUp }
        guard quota.take(kind.cost, for: service) else { return .giveUp }
        lastCost = kind.cost
        return .retry(afterSeconds: wait)
    }

    /// The retry that `decide` allowed does not go out after all: its price is given back.
    mutating func retryIsNotSent(quota: RetryQuota, service: AWSService) {
        guard let cost = lastCost else { return }
        quota.giveBack(cost, for: service)
        lastCost = nil
    }

    /// Gives the quota back what the retry that succeeded had cost, or one token for a call that needed none.
    func succeeded(quota: RetryQuota, service: AWSService) {
        quota.giveBack(lastCost ?? RetryQuota.successRefund, for: service)
    }
}
