import Synchronization
import Testing

@testable import HTTP

@Suite struct DeadlineTests {
    @Test func `gives deadlines in order, whatever the order of insertion`() {
        let seed = UInt64.random(in: 0...(.max))
        var generator = SeededGenerator(seed: seed)
        var heap = DeadlineHeap()
        let deadlines = (0..<1_000).map { _ in UInt64.random(in: 0..<500, using: &generator) }
        for (id, deadline) in deadlines.enumerated() { heap.insert(.init(deadline: deadline, connection: UInt64(id))) }
        #expect(heap.popDue(at: 0)?.deadline ?? 0 == 0)
        var popped: [UInt64] = []
        var rest = heap
        while let entry = rest.popDue(at: 250) { popped.append(entry.deadline) }
        #expect(popped == popped.sorted(), "seed \(seed)")
        #expect(rest.count == deadlines.filter { $0 > 250 }.count, "seed \(seed)")
        while let entry = rest.popDue(at: .max) { popped.append(entry.deadline) }
        #expect(popped == popped.sorted(), "seed \(seed)")
        #expect(rest.earliest == nil)
    }

    private final class Time: Sendable { let value = Atomic<UInt64>(1_000_000_000) }

    @Test func `takes a freeze out of the time, and nothing else`() {
        let time = Time()
        let clock = ActiveClock { time.value.load(ordering: .relaxed) }
        let start = clock.now
        // Late within the slack: a busy machine.
        time.value.add(1_900_000_000, ordering: .relaxed)
        #expect(clock.correct(sleepFrom: start, planned: 1_000_000_000) == 0)
        #expect(clock.now == start + 1_900_000_000)
        // An hour too late: the planned second counts, the hour does not.
        let before = clock.now
        time.value.add(3_601_000_000_000, ordering: .relaxed)
        #expect(clock.correct(sleepFrom: before, planned: 1_000_000_000) == 3_600_000_000_000)
        #expect(clock.now == before + 1_000_000_000)
        #expect(clock.deadline(after: 2.5) == clock.now + 2_500_000_000)
    }

    /// A task may read the clock after the thaw and before the loop's correction.
    @Test func `time that was read before a correction lies ahead without harm`() {
        let time = Time()
        let clock = ActiveClock { time.value.load(ordering: .relaxed) }
        let sleepStart = clock.now
        time.value.add(3_600_000_000_000, ordering: .relaxed)
        let ahead = clock.now
        clock.correct(sleepFrom: sleepStart, planned: 1_000_000_000)
        #expect(clock.now < ahead)
        #expect(clock.elapsed(since: ahead) == 0)
        #expect(clock.elapsed(since: sleepStart) == 1_000_000_000)
    }

    @Test(arguments: [-1, 0, 1e300, .infinity]) func `no number of seconds overflows`(seconds: Double) {
        let clock = ActiveClock { 9_000_000_000_000_000_000 }
        #expect(clock.deadline(after: seconds) >= clock.now)
    }
}
