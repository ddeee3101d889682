import Synchronization
import Testing

@testable import OutcropServer

@Suite struct SilenceWatchTests {
    private let clock = TestClock()
    private let watch: SilenceWatch

    init() { watch = SilenceWatch(seconds: 16, surroundings: clock.surroundings) }

    /// Counts how often it is told.
    private final class Listener: Sendable {
        private let told = Atomic(0)
        var count: Int { told.load(ordering: .acquiring) }
        func tell() { told.wrappingAdd(1, ordering: .acquiringAndReleasing) }
    }

    private func wait(_ listener: Listener) -> SilenceWatch.Wait { watch.wait { listener.tell() } }

    /// The watch's task has come to its `count`th sleep.
    private func sleeps(_ count: Int) async { while clock.sleptFor.count < count { await Task.yield() } }

    @Test func `tells after the interval and again after another`() async {
        let listener = Listener()
        let wait = wait(listener)
        for round in 1...3 {
            await sleeps(round)
            #expect(listener.count == round - 1)
            clock.pass(16)
        }
        await sleeps(4)
        #expect(listener.count == 3)
        #expect(clock.sleptFor == [16, 16, 16, 16])
        wait.end()
        #expect(watch.count == 0)
    }

    @Test func `silence counts from its beginning, and what is paused is not silent`() async {
        let (busy, paused) = (Listener(), Listener())
        let (busyWait, pausedWait) = (wait(busy), wait(paused))
        await sleeps(1)
        pausedWait.pause()
        clock.advance(10)
        busyWait.begin()
        clock.pass(6)
        await sleeps(2)
        #expect(clock.sleptFor == [16, 10] && busy.count == 0 && paused.count == 0)
        clock.pass(10)
        await sleeps(3)
        #expect(busy.count == 1 && paused.count == 0)
        pausedWait.begin()
        clock.pass(16)
        await sleeps(4)
        #expect(busy.count == 2 && paused.count == 1)
        busyWait.end()
        pausedWait.end()
    }

    @Test func `one task serves all, those due within a sixteenth together`() async {
        let listeners = (0..<100).map { _ in Listener() }
        var waits: [SilenceWatch.Wait] = []
        for listener in listeners {
            waits.append(wait(listener))
            clock.advance(0.01)
        }
        await sleeps(1)
        clock.pass(15)
        await sleeps(2)
        #expect(listeners.allSatisfy { $0.count == 1 })
        for wait in waits { wait.end() }
        #expect(watch.count == 0)
    }

    @Test func `its task ends when nobody is left, and begins anew`() async {
        let listener = Listener()
        let first = wait(listener)
        await sleeps(1)
        first.end()
        clock.pass(16)
        // Nobody to sleep for: the next sleep is that of the next task.
        for _ in 0..<100 { await Task.yield() }
        #expect(clock.sleptFor.count == 1 && listener.count == 0)
        let second = wait(listener)
        await sleeps(2)
        clock.pass(16)
        await sleeps(3)
        #expect(listener.count == 1)
        second.end()
    }
}
