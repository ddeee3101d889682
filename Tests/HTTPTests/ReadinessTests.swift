import Testing

@testable import HTTP

/// Scripts without a socket: waiters are names.
@Suite struct ReadinessTests {
    @Test func `an edge that came before the wait is not lost`() {
        var readiness = Readiness<String>()
        #expect(readiness.arrive(SocketNews(readable: true)).read == nil)
        #expect(readiness.wait(.read, "a", deadline: 10).wake == .ready)
        // It counts once.
        #expect(readiness.wait(.read, "b", deadline: 10).wake == nil)
    }

    @Test func `an edge wakes the waiter of its direction only`() throws {
        var readiness = Readiness<String>()
        _ = readiness.wait(.read, "reader", deadline: 10)
        _ = readiness.wait(.write, "writer", deadline: 10)
        let wakeups = readiness.arrive(SocketNews(writable: true))
        #expect(wakeups.read == nil)
        #expect(try #require(wakeups.write) == ("writer", .ready))
    }

    @Test func `a second waiter of one direction is sent away`() {
        var readiness = Readiness<String>()
        _ = readiness.wait(.read, "a", deadline: 10)
        #expect(readiness.wait(.read, "b", deadline: 10).wake == .occupied)
        _ = readiness.wait(.write, "a", deadline: 10)
        #expect(readiness.wait(.write, "b", deadline: 10).wake == .occupied)
    }

    @Test func `a finished peer lets every read try, a broken one none`() throws {
        var readiness = Readiness<String>()
        _ = readiness.arrive(SocketNews(finished: true))
        for _ in 0..<3 { #expect(readiness.wait(.read, "a", deadline: 10).wake == .ready) }
        _ = readiness.wait(.write, "w", deadline: 10)
        #expect(try #require(readiness.arrive(SocketNews(broken: true)).write) == ("w", .broken))
        #expect(readiness.wait(.read, "a", deadline: 10).wake == .broken)
        #expect(readiness.wait(.write, "a", deadline: 10).wake == .broken)
    }

    @Test func `schedules only a deadline earlier than the scheduled one, and moves on when it comes up`() throws {
        var readiness = Readiness<String>()
        #expect(readiness.wait(.read, "a", deadline: 100).schedule == 100)
        _ = readiness.arrive(SocketNews(readable: true))
        #expect(readiness.wait(.read, "b", deadline: 150).schedule == nil)
        // The old entry comes up: nobody is due, look again at 150.
        let (early, next) = readiness.expire(entry: 100, now: 100)
        #expect(early.read == nil)
        #expect(next == 150)
        // A stale entry is ignored.
        #expect(readiness.expire(entry: 100, now: 200).next == nil)
        let (due, none) = readiness.expire(entry: 150, now: 150)
        #expect(try #require(due.read) == ("b", .timedOut))
        #expect(none == nil)
        #expect(readiness.wait(.write, "c", deadline: 120).schedule == 120)
    }

    @Test func `draining sends idle readers away, now and later, and leaves busy ones`() throws {
        var idle = Readiness<String>()
        _ = idle.wait(.read, "a", deadline: 10, isIdle: true)
        #expect(try #require(idle.drain().read) == ("a", .drained))
        #expect(idle.wait(.read, "a", deadline: 10, isIdle: true).wake == .drained)
        #expect(idle.wait(.read, "a", deadline: 10).wake == nil)
        #expect(idle.drain().read == nil)
    }

    @Test func `evicts a reader whose exchange has ended`() throws {
        var readiness = Readiness<String>()
        _ = readiness.wait(.read, "old", deadline: 10)
        #expect(try #require(readiness.evictReader().read) == ("old", .occupied))
        #expect(readiness.wait(.read, "new", deadline: 10).wake == nil)
    }

    @Test func `a finished peer is lost when patience with it ends, and only while it is expected`() {
        var readiness = Readiness<String>()
        _ = readiness.arrive(SocketNews(finished: true))
        #expect(readiness.startPatience(10) == nil, "nobody computes for it")
        readiness.expectPeer(true)
        #expect(readiness.startPatience(10) == 10)
        #expect(readiness.startPatience(20) == nil, "once")
        #expect(readiness.expire(entry: 10, now: 9).next == 10)
        #expect(!readiness.isPeerLost)
        readiness.expectPeer(false)
        #expect(readiness.expire(entry: 10, now: 10).next == nil)
        #expect(!readiness.isPeerLost, "the answer was ready before")
        readiness.expectPeer(true)
        #expect(readiness.startPatience(30) == 30)
        #expect(readiness.wait(.write, "w", deadline: 40).schedule == nil, "the earlier entry serves")
        #expect(readiness.expire(entry: 30, now: 30).next == 40)
        #expect(readiness.isPeerLost)
        #expect(readiness.startPatience(50) == nil)
    }

    @Test func `patience waits for the FIN`() {
        var readiness = Readiness<String>()
        readiness.expectPeer(true)
        #expect(readiness.startPatience(10) == nil)
        _ = readiness.arrive(SocketNews(readable: true, finished: true))
        #expect(readiness.startPatience(10) == 10)
    }

    /// Entries are never removed early, so this is what keeps the heap from growing with the requests of a long-lived connection.
    @Test func `ten thousand exchanges of one connection leave a handful of entries`() {
        let second: ActiveClock.Nanoseconds = 1_000_000_000
        var readiness = Readiness<String>()
        var heap = DeadlineHeap()
        var most = 0
        func add(_ schedule: ActiveClock.Nanoseconds?) {
            if let schedule { heap.insert(.init(deadline: schedule, connection: 2)) }
        }
        for now in (1...10_000).map({ $0 * second }) {
            add(readiness.wait(.read, "idle", deadline: now + 75 * second, isIdle: true).schedule)
            _ = readiness.arrive(SocketNews(readable: true))
            add(readiness.wait(.read, "head", deadline: now + 30 * second).schedule)
            _ = readiness.arrive(SocketNews(readable: true))
            add(readiness.wait(.write, "answer", deadline: now + 5 * second).schedule)
            _ = readiness.arrive(SocketNews(writable: true))
            while let entry = heap.popDue(at: now) { add(readiness.expire(entry: entry.deadline, now: now).next) }
            most = max(most, heap.count)
        }
        #expect(most <= 24)
    }
}
