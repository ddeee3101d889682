internal import Synchronization

/// The SDKs' retry quota: a token bucket for each service, so that a service in trouble is not met with a storm of retries.
/// It does not refill with time, only with calls that succeed.
final class RetryQuota: Sendable {
    static let capacity = 500
    static let retryCost = 5
    static let timeoutCost = 10
    static let successRefund = 1

    /// By endpoint prefix; there are as many as the program knows services.
    private let spent = Mutex<[String: Int]>([:])

    func take(_ tokens: Int, for service: AWSService) -> Bool {
        spent.withLock { spent in
            let sum = spent[service.endpointPrefix, default: 0] + tokens
            guard sum <= Self.capacity else { return false }
            spent[service.endpointPrefix] = sum
            return true
        }
    }

    func giveBack(_ tokens: Int, for service: AWSService) {
        spent.withLock { spent in
            guard let sum = spent[service.endpointPrefix] else { return }
            spent[service.endpointPrefix] = sum > tokens ? sum - tokens : nil
        }
    }

    func available(for service: AWSService) -> Int {
        Self.capacity - spent.withLock { $0[service.endpointPrefix, default: 0] }
    }
}
