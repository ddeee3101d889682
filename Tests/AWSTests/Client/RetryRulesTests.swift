import Testing

@testable import AWS

/// Our lists against botocore's (make-retry-rules.py).
struct RetryRulesTests {
    private struct Rules: Decodable {
        struct Quota: Decodable {
            var capacity: Int
            var retry: Int
            var timeout: Int
            var success: Int
        }
        var transientCodes: [String]
        var transientStatuses: [Int]
        var throttlingCodes: [String]
        var modeledRetryable: [String]
        var streamStatuses: [String: Int]
        var quota: Quota
    }

    private static func rules() throws -> Rules { try Fixture.decode(Rules.self, from: "retry-rules.json") }

    @Test func `the same errors are retried`() throws {
        let rules = try Self.rules()
        #expect(RetryKind.transientCodes == Set(rules.transientCodes + rules.modeledRetryable))
        #expect(RetryKind.transientStatuses == Set(rules.transientStatuses))
        // botocore has this one in both lists.
        #expect(RetryKind.throttlingCodes == Set(rules.throttlingCodes).subtracting(["PriorRequestNotComplete"]))
    }

    @Test func `the quota has the same figures`() throws {
        let quota = try Self.rules().quota
        #expect(RetryQuota.capacity == quota.capacity)
        #expect(RetryQuota.retryCost == quota.retry)
        #expect(RetryQuota.timeoutCost == quota.timeout)
        #expect(RetryQuota.successRefund == quota.success)
    }

    @Test func `exceptions in a stream have the statuses of the model`() throws {
        #expect(AWSError.streamStatuses == (try Self.rules().streamStatuses))
    }
}
