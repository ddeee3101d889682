import Synchronization
import Testing

@testable import AWS

@Suite(.timeLimit(.minutes(5)))
struct CredentialsCrowdTests {
    /// Counts how many run at the same moment.
    private final class Gauge: Sendable {
        private let counts = Mutex((now: 0, most: 0, all: 0))
        var most: Int { counts.withLock { $0.most } }
        var all: Int { counts.withLock { $0.all } }
        func enter() {
            counts.withLock {
                $0.now += 1
                $0.all += 1
                $0.most = max($0.most, $0.now)
            }
        }
        func leave() { counts.withLock { $0.now -= 1 } }
    }

    private final class Dice: Sendable {
        private let random: Mutex<SplitMix64>
        init(seed: UInt64) { random = Mutex(SplitMix64(state: seed)) }
        func roll(_ sides: Int) -> Int { random.withLock { Int.random(in: 0..<sides, using: &$0) } }
    }

    @Test func `in a crowd of calls, failures and cancellations there is one fetch at a time and nobody is lost`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the credentials' crowd: \(seed)")
        let (clock, gauge) = (ManualClock.atNewYear(), Gauge())
        let dice = Dice(seed: seed)
        let cache = CredentialsCache(clock: clock.clock) {
            gauge.enter()
            defer { gauge.leave() }
            for _ in 0..<dice.roll(5) { await Task.yield() }
            if dice.roll(4) == 0 { throw SourceIsDown() }
            return Credentials.named("\(gauge.all)", expiration: clock.now + Double(60 + dice.roll(3_600)))
        }
        let given = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    var given = 0
                    for _ in 0..<40 {
                        let call = Task { try await cache.credentials() }
                        if dice.roll(5) == 0 { call.cancel() }
                        switch await call.result {
                        case .success(let credentials):
                            given += 1
                            if dice.roll(20) == 0 { cache.invalidate(credentials) }
                        case .failure(let error):
                            // AWSError: time passed so fast that the new credentials had expired.
                            #expect(error is SourceIsDown || error is CancellationError || error is AWSError)
                        }
                        clock.advance(Double(dice.roll(120)))
                    }
                    return given
                }
            }
            return await group.reduce(0, +)
        }
        #expect(gauge.most == 1)
        #expect(gauge.all > 10)
        #expect(given > 100)
        #expect(cache.waiterCount == 0)
    }
}
