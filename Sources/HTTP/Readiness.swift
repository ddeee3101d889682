/// What one connection knows about its socket: the edges epoll reported, who waits for the next one and until when. Pure: the waiter is any type, and
/// whoever calls resumes the waiters that come back.
struct Readiness<Waiter> {
    /// Waiters to resume, with why.
    struct Wakeups {
        var read: (waiter: Waiter, wake: Wake)?
        var write: (waiter: Waiter, wake: Wake)?
    }

    private struct Pending {
        var waiter: Waiter
        var deadline: ActiveClock.Nanoseconds
        var isIdle: Bool
    }

    private(set) var peerFinished = false
    private(set) var isBroken = false
    /// The other end finished so long ago that nobody waits for the answer any more; see `expectPeer`.
    private(set) var isPeerLost = false
    private var isPeerExpected = false
    /// When a finished peer counts as lost.
    private var patienceEnds: ActiveClock.Nanoseconds?
    private var isReadable = false
    private var isWritable = false
    private var isDraining = false
    private var reader: Pending?
    private var writer: Pending?
    /// The one live entry of this connection in the deadline heap.
    private var scheduled: ActiveClock.Nanoseconds?

    mutating func arrive(_ news: SocketNews) -> Wakeups {
        peerFinished = peerFinished || news.finished
        isBroken = isBroken || news.broken
        isReadable = isReadable || news.readable || news.finished
        isWritable = isWritable || news.writable
        var wakeups = Wakeups()
        if isBroken || (reader != nil && isReadable) { wakeups.read = takeReader(isBroken ? .broken : .ready) }
        if isBroken || (writer != nil && isWritable) { wakeups.write = takeWriter(isBroken ? .broken : .ready) }
        return wakeups
    }

    /// Registers a waiter. `wake` is set when it must be resumed at once; `schedule` when the loop has to look at this connection then.
    mutating func wait(
        _ direction: Direction, _ waiter: Waiter, deadline: ActiveClock.Nanoseconds, isIdle: Bool = false
    ) -> (wake: Wake?, schedule: ActiveClock.Nanoseconds?) {
        if isBroken { return (.broken, nil) }
        let pending = Pending(waiter: waiter, deadline: deadline, isIdle: isIdle)
        switch direction {
        case .read:
            if reader != nil { return (.occupied, nil) }
            if isReadable || peerFinished {
                isReadable = false
                return (.ready, nil)
            }
            if isIdle && isDraining { return (.drained, nil) }
            reader = pending
        case .write:
            if writer != nil { return (.occupied, nil) }
            if isWritable {
                isWritable = false
                return (.ready, nil)
            }
            writer = pending
        }
        return (nil, schedule(deadline))
    }

    /// From here to `expectPeer(false)` a peer that has finished counts as lost at the time `patience` gives.
    mutating func expectPeer(_ isExpected: Bool) {
        isPeerExpected = isExpected
        patienceEnds = nil
    }

    /// Begins the patience with a peer that has finished, once. Gives when the loop has to look at this connection.
    mutating func startPatience(_ ends: @autoclosure () -> ActiveClock.Nanoseconds) -> ActiveClock.Nanoseconds? {
        guard isPeerExpected, peerFinished, !isPeerLost, patienceEnds == nil else { return nil }
        let ends = ends()
        patienceEnds = ends
        return schedule(ends)
    }

    /// The deadline, when the loop does not come earlier by itself.
    private mutating func schedule(_ deadline: ActiveClock.Nanoseconds) -> ActiveClock.Nanoseconds? {
        if let scheduled, scheduled <= deadline { return nil }
        scheduled = deadline
        return deadline
    }

    /// An entry of the heap came up. Returns who timed out and when to look again.
    mutating func expire(
        entry: ActiveClock.Nanoseconds, now: ActiveClock.Nanoseconds
    ) -> (Wakeups, next: ActiveClock.Nanoseconds?) {
        guard scheduled == entry else { return (Wakeups(), nil) }
        var wakeups = Wakeups()
        if let reader, reader.deadline <= now { wakeups.read = takeReader(.timedOut) }
        if let writer, writer.deadline <= now { wakeups.write = takeWriter(.timedOut) }
        if let ends = patienceEnds, ends <= now {
            isPeerLost = true
            patienceEnds = nil
        }
        scheduled = [reader?.deadline, writer?.deadline, patienceEnds].compactMap(\.self).min()
        return (wakeups, scheduled)
    }

    /// The server shuts down: an idle reader leaves, a busy one stays.
    mutating func drain() -> Wakeups {
        isDraining = true
        guard reader?.isIdle == true else { return Wakeups() }
        return Wakeups(read: takeReader(.drained))
    }

    /// Sends a reader away whose exchange has ended.
    mutating func evictReader() -> Wakeups {
        Wakeups(read: takeReader(.occupied))
    }

    private mutating func takeReader(_ wake: Wake) -> (waiter: Waiter, wake: Wake)? {
        defer { reader = nil }
        if wake == .ready { isReadable = false }
        return reader.map { ($0.waiter, wake) }
    }

    private mutating func takeWriter(_ wake: Wake) -> (waiter: Waiter, wake: Wake)? {
        defer { writer = nil }
        if wake == .ready { isWritable = false }
        return writer.map { ($0.waiter, wake) }
    }
}

enum Direction: Sendable { case read, write }

/// Why a waiter goes on.
enum Wake: Hashable, Sendable {
    /// Try again: bytes, room, or the other end's FIN.
    case ready
    case timedOut
    /// An idle connection of a server that is shutting down.
    case drained
    /// Reset, or given up by the server.
    case broken
    /// Another task waits already in this direction, or this one's exchange has ended.
    case occupied
}

/// What epoll reported of one socket.
struct SocketNews: Hashable, Sendable {
    var readable = false
    var writable = false
    /// EPOLLRDHUP: the other end will send no more.
    var finished = false
    /// EPOLLERR, EPOLLHUP.
    var broken = false
}
