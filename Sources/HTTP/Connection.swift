import Synchronization

/// One client connection. Its task (`serve`) reads, calls the handler and writes; the event loop only wakes it.
///
/// The loop calls `arrive`, `expire`, `drain` and `abort`, everything else belongs to the task and what the handler does with its body and writer.
final class Connection: Sendable {
    typealias Waiter = CheckedContinuation<Wake, Never>

    /// What the loop and the task share.
    private struct Control {
        var readiness = Readiness<Waiter>()
        var task: Task<Void, Never>?
        var isHandling = false
        var isClosed = false

        /// The task, when nobody waits any more for what it computes.
        var vainTask: Task<Void, Never>? { isHandling && (readiness.isBroken || readiness.isPeerLost) ? task : nil }
    }

    let id: UInt64
    let socket: Socket
    let peer: PeerAddress
    let core: ServerCore
    /// Beyond `connectionsMax`: the one answer is 503.
    let isRefusal: Bool
    private let loop: EventLoop
    private let control = Mutex(Control())
    let input: Mutex<ConnectionInput>
    let bytesOut = Atomic<Int>(0)

    init(id: UInt64, socket: Socket, peer: PeerAddress, isRefusal: Bool, core: ServerCore, loop: EventLoop) {
        self.id = id
        self.socket = socket
        self.peer = peer
        self.isRefusal = isRefusal
        self.core = core
        self.loop = loop
        input = Mutex(ConnectionInput(limits: core.limits))
    }

    /// Called by the loop before it can have an event for this connection, so `task` is there when one comes.
    func start() {
        let task = Task.detached { await self.serve() }
        control.withLock { $0.task = task }
    }

    var isBroken: Bool { control.withLock { $0.readiness.isBroken } }
    /// The other end has reset the connection, or has sent its FIN `halfClosedSeconds` ago.
    var isPeerGone: Bool { control.withLock { $0.readiness.isBroken || $0.readiness.isPeerLost } }
    var isDraining: Bool { core.isDraining.load(ordering: .relaxed) }
}

// Waiting.
extension Connection {
    /// Suspends until the socket is ready or the deadline has passed.
    func wait(
        _ direction: Direction, until deadline: ActiveClock.Nanoseconds, isIdle: Bool = false
    ) async -> Wake {
        await withCheckedContinuation { continuation in
            let (wake, schedule) = control.withLock {
                $0.readiness.wait(direction, continuation, deadline: deadline, isIdle: isIdle)
            }
            if let wake { continuation.resume(returning: wake) }
            if let schedule { loop.schedule(.init(deadline: schedule, connection: id)) }
        }
    }

    /// A body reader that outlived its exchange must not keep the place of the next one.
    func evictReader() {
        resume(control.withLock { $0.readiness.evictReader() })
    }

    private func resume(_ wakeups: Readiness<Waiter>.Wakeups) {
        if let (waiter, wake) = wakeups.read { waiter.resume(returning: wake) }
        if let (waiter, wake) = wakeups.write { waiter.resume(returning: wake) }
    }
}

// The loop's side.
extension Connection {
    /// Epoll's news. A reset cancels the handler at once, a FIN after `halfClosedSeconds`: it may be half a close (RFC 9112 §9.6), as of a client that
    /// pipes its request in, or the first sign of a whole one, which only a write would tell apart.
    func arrive(_ news: SocketNews) {
        let (wakeups, vain, schedule) = control.withLock { control in
            let wakeups = control.readiness.arrive(news)
            return (wakeups, control.vainTask, control.readiness.startPatience(halfClosedDeadline))
        }
        resume(wakeups)
        vain?.cancel()
        if let schedule { loop.schedule(.init(deadline: schedule, connection: id)) }
    }

    private var halfClosedDeadline: ActiveClock.Nanoseconds { core.clock.deadline(after: core.limits.halfClosedSeconds) }

    /// Returns when to look again.
    func expire(entry: ActiveClock.Nanoseconds, now: ActiveClock.Nanoseconds) -> ActiveClock.Nanoseconds? {
        let (wakeups, next, vain) = control.withLock { control in
            let (wakeups, next) = control.readiness.expire(entry: entry, now: now)
            return (wakeups, next, control.vainTask)
        }
        resume(wakeups)
        vain?.cancel()
        return next
    }

    /// Idle: leave. Busy: finish first.
    func drain() {
        resume(control.withLock { $0.readiness.drain() })
    }

    /// Gives the connection up: whatever waits is resumed, the handler cancelled, the client sees a reset.
    func abort() {
        control.withLock { if !$0.isClosed { socket.resetOnClose() } }
        arrive(.init(broken: true))
        control.withLock { $0.task }?.cancel()
    }
}

// The handler's time.
extension Connection {
    /// From here to `endHandling` the peer's leaving cancels the task; also when it has left already.
    func beginHandling() {
        let (vain, schedule) = control.withLock { control in
            control.isHandling = true
            control.readiness.expectPeer(true)
            return (control.vainTask, control.readiness.startPatience(halfClosedDeadline))
        }
        vain?.cancel()
        if let schedule { loop.schedule(.init(deadline: schedule, connection: id)) }
    }

    /// Nothing is left to compute: a client that has closed its sending side gets the answer to its end, or runs into the write deadline.
    func finishInAnyCase() {
        control.withLock { $0.readiness.expectPeer(false) }
    }

    func endHandling() {
        control.withLock { control in
            control.isHandling = false
            control.readiness.expectPeer(false)
        }
    }

    /// The last act of the task. Nobody touches the descriptor afterwards: late readers of the body find its exchange ended, and late waiters the
    /// connection broken.
    func close(reset: Bool) {
        let wakeups = control.withLock { control in
            if reset { socket.resetOnClose() }
            socket.close()
            control.isClosed = true
            control.task = nil
            return control.readiness.arrive(SocketNews(broken: true))
        }
        resume(wakeups)
        loop.remove(self)
    }
}
