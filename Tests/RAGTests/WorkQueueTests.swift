import Dispatch
import Synchronization
import Testing

@testable import RAG

@Suite struct `The work queue` {
    /// A piece of work that tells that it runs and blocks its Dispatch thread until released.
    private final class Block: Sendable {
        let running = Gate()
        private let release = DispatchSemaphore(value: 0)
        func run() {
            running.open()
            release.wait()
        }
        func end() { release.signal() }
    }

    /// Keeps a processor busy; Dispatch would add threads for blocked ones.
    private final class Spinner: Sendable {
        let runningCount = Atomic(0)
        let isOver = Atomic(false)
        func run() {
            runningCount.add(1, ordering: .relaxed)
            while !isOver.load(ordering: .relaxed) {}
        }
    }

    /// Waits until `count` pieces are queued; the queue is reached through other tasks, so this only yields to them.
    private func pending(_ count: Int, in queue: WorkQueue) async {
        while queue.pendingCount != count { await Task.yield() }
    }

    @Test func `gives back values and errors`() async throws {
        let queue = WorkQueue(label: "test", width: 2)
        #expect(try await queue.run { 6 * 7 } == 42)
        await #expect(throws: OutcropFailure.self) { try await queue.run { throw OutcropFailure(.notFound, "gone") } }
        #expect(try await queue.run { "after an error" } == "after an error")
    }

    @Test func `runs at most as many as it is wide, and does use its width`() async throws {
        let queue = WorkQueue(label: "test", width: 2)
        let blocks = [Block(), Block(), Block()]
        let tasks = blocks[..<2].map { block in Task { try await queue.run { block.run() } } }
        for block in blocks[..<2] { try await block.running.wait() }
        let third = Task { try await queue.run { blocks[2].run() } }
        await pending(1, in: queue)
        blocks[0].end()
        try await blocks[2].running.wait()
        #expect(queue.pendingCount == 0)
        blocks[1].end()
        blocks[2].end()
        for task in tasks + [third] { try await task.value }
    }

    @Test func `runs what waits in the order it came`() async throws {
        let queue = WorkQueue(label: "test", width: 1)
        let block = Block()
        let journal = Journal()
        let first = Task { try await queue.run { block.run() } }
        try await block.running.wait()
        var tasks: [Task<Void, any Error>] = []
        for number in 1...50 {
            tasks.append(Task { try await queue.run { journal.note("\(number)") } })
            await pending(number, in: queue)
        }
        block.end()
        for task in tasks { try await task.value }
        try await first.value
        #expect(journal.all == (1...50).map(String.init))
    }

    @Test func `refuses one more than may wait`() async throws {
        let queue = WorkQueue(label: "test", width: 1, pendingMax: 2)
        let block = Block()
        let tasks = [Task { try await queue.run { block.run() } }]
        try await block.running.wait()
        let waiting = (0..<2).map { _ in Task { try await queue.run {} } }
        await pending(2, in: queue)
        let failure = await #expect(throws: OutcropFailure.self) { try await queue.run {} }
        #expect(failure?.kind == .unavailable)
        #expect(failure?.code == "overloaded")
        #expect(failure?.retryAfterSeconds == 1)
        block.end()
        for task in tasks + waiting { try await task.value }
        #expect(try await queue.run { true })
    }

    @Test func `a cancelled piece leaves at once, never starts and frees its place`() async throws {
        let queue = WorkQueue(label: "test", width: 1, pendingMax: 1)
        let block = Block()
        let journal = Journal()
        let first = Task { try await queue.run { block.run() } }
        try await block.running.wait()
        let cancelled = Task { try await queue.run { journal.note("cancelled one") } }
        await pending(1, in: queue)
        cancelled.cancel()
        // The first piece still blocks the only thread, so this ends only because the place was given up.
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(queue.pendingCount == 0)
        let next = Task { try await queue.run { journal.note("next") } }
        await pending(1, in: queue)
        block.end()
        try await next.value
        try await first.value
        #expect(journal.all == ["next"])
    }

    @Test func `a running piece runs to its end though cancelled`() async throws {
        let queue = WorkQueue(label: "test", width: 1)
        let block = Block()
        let task = Task {
            try await queue.run {
                block.run()
                return "whole"
            }
        }
        try await block.running.wait()
        task.cancel()
        block.end()
        #expect(try await task.value == "whole")
    }

    @Test func `busy processors on one queue do not keep another from starting`() async throws {
        let spinner = Spinner()
        let busy = WorkQueue(label: "test.busy", width: 16)
        let other = WorkQueue(label: "test.other", width: 1)
        let spinning = (0..<16).map { _ in Task { try await busy.run { spinner.run() } } }
        while spinner.runningCount.load(ordering: .relaxed) < 16 { await Task.yield() }
        #expect(try await other.run { true })
        spinner.isOver.store(true, ordering: .relaxed)
        for task in spinning { try await task.value }
    }

    @Test func `interactive pieces go ahead of background ones, which keep one place`() async throws {
        let queue = WorkQueue(label: "test", width: 2)
        let journal = Journal()
        let blocks = (0..<4).map { _ in Block() }
        let running = blocks[..<2].map { block in Task { try await queue.run(.background) { block.run() } } }
        for block in blocks[..<2] { try await block.running.wait() }
        let waiting = (0..<3).map { number in Task { try await queue.run(.background) { journal.note("background") } } }
        await pending(3, in: queue)
        // Both interactive pieces start beside the background ones.
        let interactive = blocks[2...].map { block in Task { try await queue.run { block.run() } } }
        for block in blocks[2...] { try await block.running.wait() }
        // Of two places that end only one goes on, and only when no interactive piece waits.
        blocks[0].end()
        try await running[0].value
        #expect(queue.pendingCount == 3)
        let third = Task { try await queue.run { journal.note("interactive") } }
        await pending(4, in: queue)
        blocks[2].end()
        try await third.value
        blocks[1].end()
        for task in waiting { try await task.value }
        #expect(journal.all.filter { $0 == "background" }.count == 3 && journal.all.first == "interactive")
        blocks[3].end()
        for task in interactive + [running[1]] { try await task.value }
    }

    @Test func `a task cancelled beforehand runs nothing`() async throws {
        let queue = WorkQueue(label: "test", width: 1)
        let journal = Journal()
        let gate = Gate()
        let task = Task {
            try? await gate.wait()
            try await queue.run { journal.note("ran") }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(journal.all.isEmpty)
    }

    @Test func `thousands of pieces with cancellations all come to an end`() async throws {
        let seed = UInt64.random(in: .min ... .max)
        let queue = WorkQueue(label: "test", width: 3, pendingMax: 10_000)
        let ran = Journal()
        let ended = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<3_000 {
                group.addTask {
                    let task = Task { try await queue.run { ran.note("ran") } }
                    if (UInt64(number) &* 0x9E37_79B9_7F4A_7C15 ^ seed) % 3 == 0 { task.cancel() }
                    do {
                        try await task.value
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(ran.all.count == ended, "seed \(seed)")
        #expect(queue.pendingCount == 0)
        #expect(ended >= 1_000)
    }
}
