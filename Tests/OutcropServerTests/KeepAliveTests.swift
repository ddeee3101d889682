import HTTP
import Synchronization
import Testing

@testable import OutcropServer

@Suite struct KeepAliveTests {
    /// Holds every write until it is let go.
    private final class SlowWriter: ResponseWriter {
        private let state = Mutex<(begun: Int, ended: Int, held: [CheckedContinuation<Void, Never>])>((0, 0, []))
        var begun: Int { state.withLock { $0.begun } }
        var ended: Int { state.withLock { $0.ended } }

        func write(_ bytes: [UInt8]) async throws {
            await withCheckedContinuation { continuation in
                state.withLock {
                    $0.begun += 1
                    $0.held.append(continuation)
                }
            }
            state.withLock { $0.ended += 1 }
        }

        func letGo() {
            let held = state.withLock { state in
                defer { state.held = [] }
                return state.held
            }
            for one in held { one.resume() }
        }
    }

    private let clock = TestClock()

    /// Lets intervals pass until the watch has told everyone `count` times more.
    private func pass(_ count: Int) async {
        for _ in 0..<count {
            let sleeps = clock.sleptFor.count
            clock.pass(15)
            while clock.sleptFor.count == sleeps { await Task.yield() }
        }
    }

    @Test func `a comment that a slow client has not taken is not followed by another`() async {
        let watch = SilenceWatch(seconds: 15, surroundings: clock.surroundings)
        let writer = SlowWriter()
        let keepAlive = KeepAlive(watch, writer)
        while clock.sleptFor.isEmpty { await Task.yield() }
        await pass(5)
        while writer.begun == 0 { await Task.yield() }
        #expect(writer.begun == 1)
        writer.letGo()
        while writer.ended == 0 { await Task.yield() }
        // Whether the first one counts as done is seen when the next one comes.
        while writer.begun == 1 { await pass(1) }
        #expect(writer.begun == 2)
        writer.letGo()
        while writer.ended < 2 { await Task.yield() }
        keepAlive.end()
        #expect(watch.count == 0)
    }

    @Test func `a writer that has something to write gets no comment`() async {
        let watch = SilenceWatch(seconds: 15, surroundings: clock.surroundings)
        let writer = SlowWriter()
        let keepAlive = KeepAlive(watch, writer)
        while clock.sleptFor.isEmpty { await Task.yield() }
        keepAlive.pause()
        await pass(3)
        #expect(writer.begun == 0)
        keepAlive.begin()
        await pass(1)
        while writer.begun == 0 { await Task.yield() }
        writer.letGo()
        keepAlive.end()
    }
}
