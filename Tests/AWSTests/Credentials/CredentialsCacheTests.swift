import Testing

@testable import AWS

@Suite(.timeLimit(.minutes(5)))
struct CredentialsCacheTests {
    /// A cache that has the credentials `first`, good for `seconds`.
    private static func filled(seconds: Double?) async throws -> (CredentialsCache, CredentialsSource, ManualClock) {
        let (source, clock) = (CredentialsSource(), ManualClock.atNewYear())
        let cache = CredentialsCache(clock: clock.clock) { try await source.fetch() }
        async let first = cache.credentials()
        await source.untilAsked(1)
        source.answer(.success(.named("first", expiration: seconds.map { clock.now + $0 })))
        #expect(try await first.accessKeyID == "first")
        return (cache, source, clock)
    }

    @Test func `all who come at first wait for one fetch`() async throws {
        let source = CredentialsSource()
        let cache = CredentialsCache(clock: ManualClock.atNewYear().clock) { try await source.fetch() }
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await cache.credentials().accessKeyID } }
            await source.untilAsked(1)
            source.answer(.success(.named("first")))
            for try await id in group { #expect(id == "first") }
        }
        #expect(source.asked == 1)
    }

    @Test func `what never expires is asked for once`() async throws {
        let (cache, source, clock) = try await Self.filled(seconds: nil)
        clock.advance(1e9)
        #expect(try await cache.credentials().accessKeyID == "first")
        #expect(source.asked == 1)
    }

    @Test(arguments: [(3_600.0, 2_700.0), (1_200.0, 600.0), (60.0, 30.0)])
    func `before the advisory window nothing is asked, and in it one caller refreshes while the others go on`(
        seconds: Double, fresh: Double
    ) async throws {
        let (cache, source, clock) = try await Self.filled(seconds: seconds)
        clock.advance(fresh - 1)
        #expect(try await cache.credentials().accessKeyID == "first")
        #expect(source.asked == 1)
        clock.advance(1)
        async let refreshing = cache.credentials()
        await source.untilAsked(2)
        for _ in 0..<10 { #expect(try await cache.credentials().accessKeyID == "first") }
        source.answer(.success(.named("second", expiration: clock.now + 3_600)))
        #expect(try await refreshing.accessKeyID == "second")
        #expect(try await cache.credentials().accessKeyID == "second")
        #expect(source.asked == 2)
    }

    @Test func `a failed advisory refresh keeps the old credentials and is tried again after a pause`() async throws {
        let (cache, source, clock) = try await Self.filled(seconds: 3_600)
        clock.advance(2_701)
        async let refreshing = cache.credentials()
        await source.untilAsked(2)
        source.answer(.failure(SourceIsDown()))
        #expect(try await refreshing.accessKeyID == "first")
        clock.advance(CredentialsCache.retryPauseSeconds - 1)
        #expect(try await cache.credentials().accessKeyID == "first")
        #expect(source.asked == 2)
        clock.advance(1)
        async let again = cache.credentials()
        await source.untilAsked(3)
        source.answer(.success(.named("second")))
        #expect(try await again.accessKeyID == "second")
    }

    @Test func `an advisory refresh that fails after the expiry fails the call`() async throws {
        let (cache, source, clock) = try await Self.filled(seconds: 3_600)
        clock.advance(2_701)
        let refreshing = Task { try await cache.credentials() }
        await source.untilAsked(2)
        clock.advance(900)
        source.answer(.failure(SourceIsDown()))
        await #expect(throws: SourceIsDown.self) { _ = try await refreshing.value }
    }

    @Test func `in the mandatory window all wait, and a failure leaves what has not expired`() async throws {
        let (cache, source, clock) = try await Self.filled(seconds: 3_600)
        clock.advance(3_001)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await cache.credentials().accessKeyID } }
            await source.untilAsked(2)
            while cache.waiterCount < 20 { await Task.yield() }
            source.answer(.failure(SourceIsDown()))
            for try await id in group { #expect(id == "first") }
        }
        clock.advance(CredentialsCache.retryPauseSeconds - 1)
        #expect(try await cache.credentials().accessKeyID == "first")
        #expect(source.asked == 2)
        clock.advance(1)
        async let again = cache.credentials()
        await source.untilAsked(3)
        source.answer(.success(.named("second", expiration: clock.now + 3_600)))
        #expect(try await again.accessKeyID == "second")
    }

    @Test func `what was refused during a refresh does not come back when it fails`() async throws {
        let (cache, source, clock) = try await Self.filled(seconds: 3_600)
        let first = try await cache.credentials()
        clock.advance(2_701)
        let refreshing = Task { try await cache.credentials() }
        await source.untilAsked(2)
        cache.invalidate(first)
        source.answer(.failure(SourceIsDown()))
        await #expect(throws: SourceIsDown.self) { _ = try await refreshing.value }
    }

    @Test(arguments: [3_600.0, 10_000.0])
    func `after the expiry all wait, and a failure is thrown to all and not kept`(
        after: Double
    ) async throws {
        let (cache, source, clock) = try await Self.filled(seconds: 3_600)
        clock.advance(after)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { (try? await cache.credentials()) == nil } }
            await source.untilAsked(2)
            // Whoever comes after the failure would start another fetch: all must be waiting before it.
            while cache.waiterCount < 20 { await Task.yield() }
            source.answer(.failure(SourceIsDown()))
            for await isRefused in group { #expect(isRefused) }
        }
        #expect(source.asked == 2)
        async let again = cache.credentials()
        await source.untilAsked(3)
        source.answer(.success(.named("second", expiration: clock.now + 60)))
        #expect(try await again.accessKeyID == "second")
    }

    @Test func `a cancelled caller leaves at once and the refresh goes on for the others`() async throws {
        let source = CredentialsSource()
        let cache = CredentialsCache(clock: ManualClock.atNewYear().clock) { try await source.fetch() }
        let starter = Task { try await cache.credentials() }
        await source.untilAsked(1)
        let other = Task { try await cache.credentials() }
        while cache.waiterCount < 2 { await Task.yield() }
        starter.cancel()
        await #expect(throws: CancellationError.self) { _ = try await starter.value }
        source.answer(.success(.named("first")))
        #expect(try await other.value.accessKeyID == "first")
        #expect(source.asked == 1)
    }

    @Test func `when every caller has left, the refresh still fills the cache`() async throws {
        let source = CredentialsSource()
        let cache = CredentialsCache(clock: ManualClock.atNewYear().clock) { try await source.fetch() }
        let starter = Task { try await cache.credentials() }
        await source.untilAsked(1)
        starter.cancel()
        await #expect(throws: CancellationError.self) { _ = try await starter.value }
        let next = Task { try await cache.credentials() }
        while cache.waiterCount < 1 { await Task.yield() }
        source.answer(.success(.named("first")))
        #expect(try await next.value.accessKeyID == "first")
        #expect(source.asked == 1)
    }

    @Test func `a task cancelled beforehand does not wait`() async throws {
        let source = CredentialsSource()
        let cache = CredentialsCache(clock: ManualClock.atNewYear().clock) { try await source.fetch() }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await cache.credentials()
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        await source.untilAsked(1)
        source.answer(.success(.named("first")))
        #expect(try await cache.credentials().accessKeyID == "first")
    }

    @Test func `forgets what was refused, and only that`() async throws {
        let (cache, source, _) = try await Self.filled(seconds: 3_600)
        cache.invalidate(.named("other"))
        let kept = try await cache.credentials()
        #expect(source.asked == 1)
        cache.invalidate(kept)
        async let fresh = cache.credentials()
        await source.untilAsked(2)
        source.answer(.success(.named("second")))
        #expect(try await fresh.accessKeyID == "second")
        cache.invalidate(kept)
        #expect(try await cache.credentials().accessKeyID == "second")
        #expect(source.asked == 2)
    }

    @Test func `new credentials that have expired already are an error that names the clock`() async throws {
        let (source, clock) = (CredentialsSource(), ManualClock.atNewYear())
        let cache = CredentialsCache(clock: clock.clock) { try await source.fetch() }
        let first = Task { try await cache.credentials() }
        await source.untilAsked(1)
        source.answer(.success(.named("first", expiration: clock.now)))
        let error = await #expect(throws: AWSError.self) { _ = try await first.value }
        #expect(error?.message.contains("clock") == true)
    }

    @Test func `refuses more waiters than allowed`() async throws {
        let source = CredentialsSource()
        let cache = CredentialsCache(clock: ManualClock.atNewYear().clock) { try await source.fetch() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<CredentialsCache.waitersMax { group.addTask { _ = try await cache.credentials() } }
            while cache.waiterCount < CredentialsCache.waitersMax { await Task.yield() }
            await #expect(throws: AWSError.self) { _ = try await cache.credentials() }
            source.answer(.success(.named("first")))
            try await group.waitForAll()
        }
    }
}
