import RAG
import Synchronization
import Testing

@testable import OutcropServer

@Suite struct AnswerFeedTests {
    private let clock = TestClock()

    private func feed(_ events: AsyncThrowingStream<AnswerEvent, any Error>) -> AnswerFeed {
        AnswerFeed(events, idleSeconds: 15, sleep: clock.surroundings.sleep)
    }

    @Test func `gives every event in order and then nil`() async throws {
        let count = AnswerFeed.bufferedMax * 3
        let feed = feed(
            AsyncThrowingStream { stream in
                for number in 0..<count { stream.yield(.text("\(number)")) }
                stream.finish()
            })
        for number in 0..<count { #expect(try await feed.next()?.text == "\(number)") }
        #expect(try await feed.next() == nil)
        #expect(try await feed.next() == nil)
    }

    @Test func `throws after the events before it`() async throws {
        let feed = feed(
            AsyncThrowingStream { stream in
                stream.yield(.text("a"))
                stream.finish(throwing: OutcropFailure(.unavailable, "gone"))
            })
        #expect(try await feed.next()?.text == "a")
        await #expect(throws: OutcropFailure(.unavailable, "gone")) { try await feed.next() }
    }

    @Test func `gives a sign of life while nothing comes, again and again`() async throws {
        let (events, source) = AsyncThrowingStream<AnswerEvent, any Error>.makeStream()
        let feed = feed(events)
        for _ in 0..<3 {
            #expect(try await nextWhileTicking(feed)?.isIdle == true)
        }
        source.yield(.text("at last"))
        #expect(try await nextEvent(of: feed)?.text == "at last")
        #expect(clock.sleptFor.allSatisfy { $0 == 15 })
    }

    @Test func `does not pull further than its buffer while nobody reads`() async throws {
        let pulled = Atomic(0)
        let pulls = AsyncStream<Int>.makeStream()
        let feed = feed(
            AsyncThrowingStream {
                let count = pulled.wrappingAdd(1, ordering: .relaxed).newValue
                pulls.continuation.yield(count)
                return .text("\(count)")
            })
        for await count in pulls.stream where count == AnswerFeed.bufferedMax { break }
        for _ in 0..<100 { await Task.yield() }
        #expect(pulled.load(ordering: .relaxed) <= AnswerFeed.bufferedMax + 1)
        #expect(try await feed.next()?.text == "1")
    }

    @Test func `its end cancels the answer`() async throws {
        let cancelled = AsyncStream<Void>.makeStream()
        let (events, source) = AsyncThrowingStream<AnswerEvent, any Error>.makeStream()
        source.onTermination = { _ in cancelled.continuation.finish() }
        var feed: AnswerFeed? = feed(events)
        source.yield(.text("a"))
        #expect(try await feed?.next()?.text == "a")
        feed = nil
        for await _ in cancelled.stream {}
    }

    @Test func `the reader's cancellation cancels the answer`() async throws {
        let cancelled = AsyncStream<Void>.makeStream()
        let (events, source) = AsyncThrowingStream<AnswerEvent, any Error>.makeStream()
        source.onTermination = { _ in cancelled.continuation.finish() }
        let feed = feed(events)
        let reader = Task { try await feed.next() }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        for await _ in cancelled.stream {}
    }

    /// A tick that finds nobody waiting is lost, so the clock ticks until the reader has something.
    private func nextWhileTicking(_ feed: AnswerFeed) async throws -> AnswerFeed.Item? {
        let hasItem = Flag()
        let reader = Task {
            defer { hasItem.set() }
            return try await feed.next()
        }
        while !hasItem.isSet {
            clock.wakeOne()
            await Task.yield()
        }
        return try await reader.value
    }

    private func nextEvent(of feed: AnswerFeed) async throws -> AnswerFeed.Item? {
        while let item = try await feed.next() { if !item.isIdle { return item } }
        return nil
    }
}

extension AnswerFeed.Item {
    var text: String? { if case .event(.text(let text)) = self { text.pieces.joined() } else { nil } }
    var isIdle: Bool { if case .idle = self { true } else { false } }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
