internal import HTTPClient

/// Why an error may be retried. Lists as in `botocore/retries/standard.py`, and errors that Bedrock's service models mark `retryable`.
enum RetryKind: Hashable {
    case transient
    case throttling
    case timeout

    static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete",
        // bedrock-runtime: `"retryable": {"throttling": false}`.
        "ModelNotReadyException",
    ]
    static let throttlingCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
        "ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded",
        "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown", "EC2ThrottledException",
    ]
    static let transientStatuses: Set<Int> = [500, 502, 503, 504]

    /// nil for an error that another attempt would not cure.
    init?(_ error: AWSError) {
        switch error.code {
        case .transport:
            guard let kind = error.transport.flatMap(Self.init(transport:)) else { return nil }
            self = kind
        case .service:
            let code = error.serviceCode ?? ""
            // 429 without a code we know comes from gateways and proxies on the way.
            if Self.throttlingCodes.contains(code) || (error.status == 429 && !Self.transientCodes.contains(code)) {
                self = .throttling
            } else if Self.transientCodes.contains(code) || Self.transientStatuses.contains(error.status ?? 0) {
                self = .transient
            } else {
                return nil
            }
        case .credentials, .configuration, .malformedResponse: return nil
        }
    }

    private init?(transport error: HTTPClientError) {
        switch error.code {
        case .resolve, .connect, .tls, .proxy, .send, .receive, .truncated: self = .transient
        case .connectTimeout, .firstByteTimeout, .idleTimeout: self = .timeout
        // The total deadline is the caller's last word; the others are ours or would fail again.
        case .totalTimeout, .unavailable, .invalidRequest, .protocolViolation, .tooLarge, .closed, .overloaded: return nil
        }
    }

    /// Tokens a retry takes from the quota.
    var cost: Int { self == .timeout ? RetryQuota.timeoutCost : RetryQuota.retryCost }
}
