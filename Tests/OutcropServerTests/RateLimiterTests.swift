import HTTPTypes
import Testing

@testable import OutcropServer

@Suite struct RateLimiterTests {
    private let clock = TestClock()
    private let caller = CallerID(text: "aaaaaaaa")

    private func limiter(requests: Int? = nil, tokens: Int? = nil, accountsMax: Int = 10) -> RateLimiter {
        RateLimiter(
            RateLimit(requestsPerMinute: requests, tokensPerMinute: tokens), accountsMax: accountsMax,
            uptimeSeconds: clock.surroundings.uptimeSeconds)
    }

    private func field(_ fields: HTTPFields, _ name: String) throws -> String? {
        fields[try #require(HTTPField.Name(name))]
    }

    @Test func `lets a minute's worth of requests through and says when the next may come`() throws {
        let limiter = limiter(requests: 3)
        for remaining in [2, 1, 0] {
            let fields = try limiter.admit(caller)
            #expect(try field(fields, "x-ratelimit-limit-requests") == "3")
            #expect(try field(fields, "x-ratelimit-remaining-requests") == "\(remaining)")
        }
        let refused = try #require(throws: RateLimited.self) { _ = try limiter.admit(caller) }
        #expect(refused.failure.kind == .rateLimited)
        #expect(refused.failure.code == "rate_limit_exceeded")
        #expect(refused.failure.retryAfterSeconds == 20)
        #expect(try field(refused.fields, "x-ratelimit-reset-requests") == "1m0s")
        clock.advance(19.9)
        #expect(throws: RateLimited.self) { _ = try limiter.admit(caller) }
        clock.advance(0.2)
        #expect(throws: Never.self) { _ = try limiter.admit(caller) }
    }

    @Test func `counts tokens after the fact and waits until the debt is paid`() throws {
        let limiter = limiter(tokens: 600)
        _ = try limiter.admit(caller)
        limiter.count(tokens: 900, for: caller)
        let refused = try #require(throws: RateLimited.self) { _ = try limiter.admit(caller) }
        // 300 below zero, one token above it at 10 a second.
        #expect(refused.failure.retryAfterSeconds == 31)
        #expect(try field(refused.fields, "x-ratelimit-remaining-tokens") == "0")
        clock.advance(31)
        #expect(throws: Never.self) { _ = try limiter.admit(caller) }
        limiter.count(tokens: -5_000, for: caller)
        let fields = try limiter.admit(caller)
        #expect(
            try field(fields, "x-ratelimit-remaining-tokens") == "600",
            "what is given back never makes more than a minute's worth")
    }

    @Test func `the largest number there is overflows nothing`() throws {
        let limiter = RateLimiter(RateLimit(requestsPerMinute: .max, tokensPerMinute: .max)) { 0 }
        limiter.count(tokens: .max, for: .anyone)
        #expect(throws: RateLimited.self) { try limiter.admit(.anyone) }
        limiter.count(tokens: .min, for: .anyone)
        #expect(try limiter.admit(.anyone).isEmpty == false)
    }

    @Test func `the largest debt there is is told as a year`() throws {
        let limiter = RateLimiter(RateLimit(tokensPerMinute: 1)) { 0 }
        for _ in 0..<3 { limiter.count(tokens: .max, for: .anyone) }
        let refused = try #require(throws: RateLimited.self) { try limiter.admit(.anyone) }
        #expect(refused.failure.retryAfterSeconds == 31_536_000)
    }

    @Test(arguments: [0, -1, Int.min]) func `a limit below one counts as one`(limit: Int) throws {
        let limiter = limiter(requests: limit)
        _ = try limiter.admit(caller)
        let refused = try #require(throws: RateLimited.self) { _ = try limiter.admit(caller) }
        #expect(refused.failure.retryAfterSeconds == 60)
    }

    @Test func `keeps callers apart`() throws {
        let limiter = limiter(requests: 1)
        _ = try limiter.admit(caller)
        #expect(throws: RateLimited.self) { _ = try limiter.admit(caller) }
        #expect(throws: Never.self) { _ = try limiter.admit(CallerID(text: "bbbbbbbb")) }
    }

    @Test func `without limits nothing is refused and no fields are sent`() throws {
        let limiter = limiter()
        for _ in 0..<1_000 { #expect(try limiter.admit(caller).isEmpty) }
    }

    @Test func `remembers a bounded number of callers, the latest ones`() throws {
        let limiter = limiter(requests: 1, accountsMax: 2)
        for name in ["a", "b", "c"] {
            _ = try limiter.admit(CallerID(text: name))
            clock.advance(0.001)
        }
        #expect(throws: RateLimited.self) { _ = try limiter.admit(CallerID(text: "c")) }
        #expect(throws: Never.self, "the oldest was forgotten") { _ = try limiter.admit(CallerID(text: "a")) }
    }

    @Test(arguments: [
        (0.0, "0ms"), (0.0201, "21ms"), (1, "1s"), (7.5, "7.5s"), (1.05, "1.05s"), (59.9999, "1m0s"), (60, "1m0s"),
        (361.002, "6m1.002s"),
    ])
    func `writes durations as OpenAI does`(seconds: Double, text: String) {
        // Trailing zeros of a fraction are no part of it: 7.5s, not 7.500s.
        #expect(RateLimiter.durationText(seconds) == text)
    }
}
