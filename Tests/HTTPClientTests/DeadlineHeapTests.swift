import Testing

@testable import HTTPClient

struct DeadlineHeapTests {
    private final class Alarm: Timed {
        var deadline: ActiveClock.Nanoseconds = 0
        var heapIndex = -1
    }

    @Test func `gives the earliest after any insertions, moves and removals`() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed of the deadline heap: \(seed)")
        var random = Random(state: seed)
        let alarms = (0..<40).map { _ in Alarm() }
        var heap = DeadlineHeap<Alarm>()
        for _ in 0..<5_000 {
            let alarm = alarms[Int(random.next() % 40)]
            if random.next() % 3 == 0 {
                heap.remove(alarm)
                #expect(alarm.heapIndex == -1)
            } else {
                heap.schedule(alarm, at: random.next() % 100)
            }
            let inside = alarms.filter { $0.heapIndex >= 0 }
            #expect(heap.count == inside.count)
            #expect(heap.earliest?.deadline == inside.map(\.deadline).min())
        }
        var last: UInt64 = 0
        while let alarm = heap.earliest {
            #expect(alarm.deadline >= last)
            last = alarm.deadline
            heap.remove(alarm)
        }
        #expect(heap.count == 0)
    }

    /// splitmix64.
    private struct Random {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}

struct ActiveClockTests {
    private final class Time { var now: ActiveClock.Nanoseconds = 1_000_000_000_000 }

    @Test func `a freeze is taken out, a busy machine is not`() {
        let time = Time()
        var clock = ActiveClock { time.now }
        let start = clock.now
        time.now += 1_500_000_000
        clock.correct(from: start, planned: 1_000_000_000)
        #expect(clock.now == start + 1_500_000_000)
        let again = clock.now
        time.now += 3_600_000_000_000
        clock.correct(from: again, planned: 1_000_000_000)
        #expect(clock.now == again + 1_000_000_000)
    }

    @Test(arguments: [
        (Duration.milliseconds(1_500), UInt64(1_500_000_000)), (.zero, 0), (.seconds(-5), 0), (.nanoseconds(-1), 0),
        (.seconds(Int64.max), 9_000_000_000_000_000_000),
    ])
    func `a deadline lies its duration ahead, at most 285 years`(duration: Duration, ahead: UInt64) {
        #expect(ActiveClock.deadline(7, after: duration) == 7 + ahead)
    }
}
