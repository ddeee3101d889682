import Synchronization
import Testing

@testable import RAG

/// Embeds a text as its length; journals each call, and waits at the gate where there is one.
private struct FakeEmbedder: Embedder {
    let journal = Journal()
    var gate: Gate?
    var failures = Failures()
    var started: Gate?

    final class Failures: Sendable {
        private let left = Mutex(0)
        func expect(_ count: Int) { left.withLock { $0 = count } }
        func take() -> Bool {
            left.withLock { left in
                defer { left = max(0, left - 1) }
                return left > 0
            }
        }
    }

    let id = "fake"
    let dimensions = 1
    func tokenCount(_ text: String) -> Int { text.count + 2 }
    func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        journal.note("\(purpose) \(texts.joined(separator: "|"))")
        started?.open()
        do { try await gate?.wait() } catch {
            journal.note("cancelled")
            throw error
        }
        if failures.take() { throw OutcropFailure(.unavailable, "down") }
        return texts.map { [Float($0.count)] }
    }
}

@Suite struct `The memoizing embedder` {
    @Test func `computes a query once and passes identity through`() async throws {
        let base = FakeEmbedder()
        let embedder = MemoizingEmbedder(base)
        for _ in 0..<3 { #expect(try await embedder.embed(["rock"], purpose: .query) == [[4]]) }
        #expect(base.journal.all == ["query rock"])
        #expect(embedder.id == "fake" && embedder.dimensions == 1 && embedder.tokenCount("ab") == 4)
    }

    @Test func `callers at the same time share one computation`() async throws {
        let gate = Gate()
        let started = Gate()
        let base = FakeEmbedder(gate: gate, started: started)
        let embedder = MemoizingEmbedder(base)
        let first = Task { try await embedder.embed(["rock"], purpose: .query) }
        try await started.wait()
        let others = (0..<8).map { _ in Task { try await embedder.embed(["rock", "chalk!"], purpose: .query) } }
        gate.open()
        #expect(try await first.value == [[4]])
        for other in others { #expect(try await other.value == [[4], [6]]) }
        #expect(base.journal.all.sorted() == ["query chalk!", "query rock"])
    }

    @Test func `documents, batches and long texts pass through`() async throws {
        let base = FakeEmbedder()
        let embedder = MemoizingEmbedder(base)
        let long = String(repeating: "a", count: MemoizingEmbedder.sharedByteCountMax + 1)
        for _ in 0..<2 {
            _ = try await embedder.embed(["rock"], purpose: .document)
            _ = try await embedder.embed(["1", "2", "3", "4", "5"], purpose: .query)
            _ = try await embedder.embed([long], purpose: .query)
            _ = try await embedder.embed([], purpose: .query)
        }
        #expect(base.journal.all.count == 8)
    }

    @Test func `of a batch of sentences only the unknown are embedded, apart from queries`() async throws {
        let base = FakeEmbedder()
        let embedder = MemoizingEmbedder(base)
        _ = try await embedder.embed(["one", "three"], purpose: .sentence)
        #expect(try await embedder.embed(["three", "seventeen", "one", "x"], purpose: .sentence) == [[5], [9], [3], [1]])
        #expect(try await embedder.embed(["x", "one"], purpose: .sentence) == [[1], [3]])
        #expect(try await embedder.embed(["one"], purpose: .query) == [[3]])
        #expect(try await embedder.embed([], purpose: .sentence) == [])
        #expect(base.journal.all == ["sentence one|three", "sentence seventeen|x", "query one"])
    }

    @Test func `long sentences are not kept, nor a failed or cancelled batch`() async throws {
        let base = FakeEmbedder()
        let embedder = MemoizingEmbedder(base)
        let long = String(repeating: "a", count: MemoizingEmbedder.sentenceByteCountMax + 1)
        for _ in 0..<2 { _ = try await embedder.embed([long], purpose: .sentence) }
        #expect(base.journal.all.count == 2)
        base.failures.expect(1)
        await #expect(throws: OutcropFailure.self) { try await embedder.embed(["rock"], purpose: .sentence) }
        #expect(try await embedder.embed(["rock"], purpose: .sentence) == [[4]])
        #expect(base.journal.all.count == 4)
    }

    @Test(arguments: [2, 3, 10, 101]) func `the cache stays within its capacity and keeps what is used`(capacity: Int) {
        var cache = VectorCache(capacity: capacity)
        cache.keep([-1], for: "used")
        for number in 0..<(capacity * 5) {
            cache.keep([Float(number)], for: "\(number)")
            #expect(cache.count <= capacity)
            #expect(cache.vector(for: "used") == [-1])
            #expect(capacity < 4 || cache.vector(for: "\(number)") == [Float(number)])
        }
        #expect(cache.vector(for: "0") == nil)
        cache.keep([7], for: "used")
        #expect(cache.vector(for: "used") == [7])
    }

    @Test func `texts that only look alike have their own vectors`() async throws {
        #expect("caf\u{E9}" == "cafe\u{301}", "for Swift they are equal")
        for purpose in [EmbeddingPurpose.query, .sentence] {
            let base = FakeEmbedder()
            let embedder = MemoizingEmbedder(base)
            _ = try await embedder.embed(["caf\u{E9}"], purpose: purpose)
            _ = try await embedder.embed(["cafe\u{301}"], purpose: purpose)
            #expect(base.journal.all.count == 2)
        }
    }

    @Test func `a failure reaches every waiter and is not kept`() async throws {
        let base = FakeEmbedder()
        base.failures.expect(1)
        let embedder = MemoizingEmbedder(base)
        await #expect(throws: OutcropFailure.self) { try await embedder.embed(["rock"], purpose: .query) }
        #expect(try await embedder.embed(["rock"], purpose: .query) == [[4]])
    }

    @Test func `the vector unused for longest leaves first`() async throws {
        let base = FakeEmbedder()
        let embedder = MemoizingEmbedder(base, capacity: 2)
        for text in ["a", "b", "a", "c", "a", "b"] { _ = try await embedder.embed([text], purpose: .query) }
        #expect(base.journal.all == ["query a", "query b", "query c", "query b"])
    }

    @Test func `one caller's cancellation leaves the others their result`() async throws {
        let gate = Gate()
        let started = Gate()
        let base = FakeEmbedder(gate: gate, started: started)
        let embedder = MemoizingEmbedder(base)
        let first = Task { try await embedder.embed(["rock"], purpose: .query) }
        try await started.wait()
        let vectors = SharedVectorsProbe(embedder)
        let second = Task { try await embedder.embed(["rock"], purpose: .query) }
        await vectors.waiters(2, for: "rock")
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        gate.open()
        #expect(try await second.value == [[4]])
        #expect(base.journal.all == ["query rock"])
    }

    @Test func `when the last caller leaves the computation ends`() async throws {
        let started = Gate()
        let base = FakeEmbedder(gate: Gate(), started: started)
        let embedder = MemoizingEmbedder(base)
        let only = Task { try await embedder.embed(["rock"], purpose: .query) }
        try await started.wait()
        only.cancel()
        await #expect(throws: CancellationError.self) { try await only.value }
        while base.journal.all.count < 2 { await Task.yield() }
        #expect(base.journal.all == ["query rock", "cancelled"])
    }
}

extension ExactText: ExpressibleByStringInterpolation {
    /// Tests write keys as literals.
    public init(stringLiteral value: String) { self.init(value) }
}

/// Looks at who waits, so that tests need no sleep.
private struct SharedVectorsProbe {
    let embedder: MemoizingEmbedder
    init(_ embedder: MemoizingEmbedder) { self.embedder = embedder }
    func waiters(_ count: Int, for text: String) async {
        while embedder.waiterCount(for: text) != count { await Task.yield() }
    }
}
