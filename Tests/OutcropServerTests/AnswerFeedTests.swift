import Logging
import RAG
import Synchronization
import Testing

@testable import OutcropServer

@Suite struct AnswerFeedTests {
    private let clock = TestClock()
    private let fixture: Fixture
    private let watch: SilenceWatch

    init() throws {
        fixture = try Fixture()
        watch = SilenceWatch(seconds: 15, surroundings: clock.surroundings)
    }

    private func feed(_ events: AsyncThrowingStream<AnswerEvent, any Error>) -> AnswerFeed {
        AnswerFeed(events, record: fixture.record(), watch: watch)
    }

    @Test func `gives the first event after grounding, and the others to whoever takes them`() async throws {
        let feed = feed(Fixture.events(Fixture.cited))
        guard case .started = try await feed.opening() else { throw OutcropFailure(.internal, "no start") }
        guard case .started = try await feed.opening() else { throw OutcropFailure(.internal, "no start the second time") }
        var texts: [String] = []
        for try await event in try #require(feed.takeEvents()) { texts += event.text.map { [$0] } ?? [] }
        #expect(texts == ["Rivers ", "flow [1]."])
        #expect(feed.takeEvents() == nil)
    }

    @Test(arguments: [[], Array(Fixture.cited.prefix(1))])
    func `throws what the answer throws before its first words`(events: [AnswerEvent]) async throws {
        let failing = feed(Fixture.events(events, then: OutcropFailure(.unavailable, "gone")))
        await #expect(throws: OutcropFailure(.unavailable, "gone")) { try await failing.opening() }
        await #expect(throws: OutcropFailure.answerCutShort) { try await feed(Fixture.events(events)).opening() }
    }

    @Test func `says that nothing comes, again and again`() async throws {
        let (events, source) = AsyncThrowingStream<AnswerEvent, any Error>.makeStream()
        let feed = feed(events)
        for _ in 0..<3 { #expect(try await whileTimePasses { try await feed.opening() } == nil) }
        source.yield(.text("at last"))
        while true {
            if let event = try await whileTimePasses({ try await feed.opening() }) {
                #expect(event.text == "at last")
                break
            }
        }
        #expect(watch.count == 0)
    }

    @Test func `pulls nothing beyond the opening`() async throws {
        let pulled = Atomic(0)
        let feed = feed(
            AsyncThrowingStream {
                pulled.wrappingAdd(1, ordering: .relaxed)
                return .text("a")
            })
        #expect(try await feed.opening()?.text == "a")
        for _ in 0..<100 { await Task.yield() }
        #expect(pulled.load(ordering: .relaxed) == 1)
    }

    @Test func `its end cancels the answer`() async throws {
        let cancelled = AsyncStream<Void>.makeStream()
        var feed: AnswerFeed?
        do {
            let (events, source) = AsyncThrowingStream<AnswerEvent, any Error>.makeStream()
            source.onTermination = { _ in cancelled.continuation.finish() }
            feed = self.feed(events)
            source.yield(.text("a"))
        }
        #expect(try await feed?.opening()?.text == "a")
        feed = nil
        for await _ in cancelled.stream {}
    }

    @Test func `the reader's cancellation cancels the answer at once`() async throws {
        let (cancelled, started) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        let feed = feed(
            AsyncThrowingStream {
                started.continuation.finish()
                // Ends with its task and not before.
                for await _ in AsyncStream<Void>.makeStream().stream {}
                cancelled.continuation.finish()
                return nil
            })
        let reader = Task { try await feed.opening() }
        for await _ in started.stream {}
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        for await _ in cancelled.stream {}
    }

    /// Time passes until `body` has something.
    private func whileTimePasses<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let ticking = Task {
            while !Task.isCancelled {
                clock.pass(15)
                await Task.yield()
            }
        }
        defer { ticking.cancel() }
        return try await body()
    }
}

extension AnswerEvent {
    var text: String? { if case .text(let text) = self { text.pieces.joined() } else { nil } }
}
