import CLinux
import Glibc
internal import Logging

/// The epoll thread: accepts, wakes connections, fires deadlines. Everything in here is touched by that thread alone.
struct LoopThread {
    private static let listenerToken: UInt64 = 0
    private static let wakeupToken: UInt64 = 1

    private let core: ServerCore
    private let loop: EventLoop
    private var listener: Listener?
    private var nextID: UInt64 = 2
    private var deadlines = DeadlineHeap()
    /// Set while accepting is paused.
    private var acceptsAgainAt: ActiveClock.Nanoseconds?
    /// How many connections there were when the pause began: with fewer it ends early.
    private var countAtPause = 0
    /// One warning for each time the descriptors run out, not one for each try.
    private var isExhausted = false
    private var drainsUntil: ActiveClock.Nanoseconds?
    private var events = [epoll_event](repeating: epoll_event(), count: EngineLimits.eventsPerTurn)

    init(core: ServerCore, loop: EventLoop, listener: Listener) {
        self.core = core
        self.loop = loop
        self.listener = listener
    }

    /// Returns after a shutdown, when every connection has ended or the drain deadline has passed.
    mutating func run() {
        _ = loop.register(loop.wakeup, token: Self.wakeupToken, events: EPOLLIN.rawValue | EPOLLET.rawValue)
        if let listener { _ = loop.register(listener.socket.descriptor, token: Self.listenerToken, events: EPOLLIN.rawValue) }
        while !isFinished { turn() }
        for connection in loop.connections { connection.abort() }
        drainsUntil = core.clock.deadline(after: EngineLimits.abortSeconds)
        while !isFinished { turn() }
    }

    private mutating func turn() {
        let count = sleep()
        for index in 0..<count { handle(events[index]) }
        fireDeadlines()
        if core.isDraining.load(ordering: .acquiring) { beginDraining() }
        resumeAccepting()
    }

    private var isFinished: Bool {
        guard let drainsUntil else { return false }
        return drainsUntil <= core.clock.now || loop.shared.withLock { $0.connections.isEmpty }
    }

    private mutating func handle(_ event: epoll_event) {
        switch event.data.u64 {
        case Self.listenerToken: acceptAll()
        // Edge-triggered: the counter need not be read.
        case Self.wakeupToken: return
        case let id: loop.connection(id)?.arrive(SocketNews(epoll: event.events))
        }
    }
}

// Time.
extension LoopThread {
    /// Waits for events, at most until the next deadline. Returns their count.
    private mutating func sleep() -> Int {
        let start = core.clock.now
        let wakesAt = planSleep(start)
        let planned = wakesAt == .max ? nil : wakesAt - min(start, wakesAt)
        // Rounded up, so that the deadline has passed on waking.
        let milliseconds = planned.map { Int32($0 / 1_000_000) + 1 } ?? -1
        let count = epoll_wait(loop.epoll, &events, Int32(events.count), milliseconds)
        if let planned { core.clock.correct(sleepFrom: start, planned: planned) }
        return Int(max(0, count))
    }

    private mutating func planSleep(_ now: ActiveClock.Nanoseconds) -> ActiveClock.Nanoseconds {
        loop.shared.withLock { shared in
            for entry in shared.pending { deadlines.insert(entry) }
            shared.pending.removeAll(keepingCapacity: true)
            shared.awaitsRemoval = acceptsAgainAt != nil || drainsUntil != nil
            let earliest = [deadlines.earliest, acceptsAgainAt, drainsUntil].compactMap(\.self).min()
            shared.sleepsUntil = earliest.map { min($0, now + ActiveClock.nanoseconds(EngineLimits.tickSeconds)) } ?? .max
            return shared.sleepsUntil
        }
    }

    private mutating func fireDeadlines() {
        let now = core.clock.now
        while let entry = deadlines.popDue(at: now) {
            guard let next = loop.connection(entry.connection)?.expire(entry: entry.deadline, now: now) else { continue }
            deadlines.insert(.init(deadline: next, connection: entry.connection))
        }
    }
}

// Accepting.
extension LoopThread {
    private mutating func acceptAll() {
        for _ in 0..<EngineLimits.acceptsPerTurn {
            guard acceptsAgainAt == nil, let listener else { return }
            guard let isRefusal = roomForOneMore() else { return pauseAccepting() }
            switch listener.accept() {
            case .accepted(let socket, let peer):
                isExhausted = false
                begin(socket, peer, isRefusal: isRefusal)
            case .lost: continue
            case .wouldBlock: return
            case .exhausted(let code):
                warnOfExhaustion(code)
                return pauseAccepting()
            }
        }
    }

    private mutating func warnOfExhaustion(_ code: Int32) {
        guard !isExhausted else { return }
        isExhausted = true
        core.logger.warning(
            "cannot accept connections for now: they wait in the backlog; raise the limit of open files (ulimit -n)",
            metadata: ["error": .string(systemErrorText(code))])
    }

    /// Whether the next connection is one beyond the cap; nil when not even a refusal has room.
    private func roomForOneMore() -> Bool? {
        loop.shared.withLock { shared in
            if shared.connections.count - shared.refusalCount < core.limits.connectionsMax { return false }
            return shared.refusalCount < EngineLimits.refusalsMax ? true : nil
        }
    }

    private mutating func begin(_ socket: Socket, _ peer: PeerAddress, isRefusal: Bool) {
        socket.disableNagle()
        let connection = Connection(id: nextID, socket: socket, peer: peer, isRefusal: isRefusal, core: core, loop: loop)
        nextID += 1
        loop.insert(connection)
        let events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        guard loop.register(socket.descriptor, token: connection.id, events: events) else {
            core.logger.warning("cannot watch a connection", metadata: ["error": .string(systemErrorText(errno))])
            return connection.close(reset: false)
        }
        connection.start()
    }

    /// Leaves further connections in the backlog until one of ours ends or some time has passed; without this the level-triggered listener would spin.
    private mutating func pauseAccepting() {
        guard let listener else { return }
        acceptsAgainAt = core.clock.deadline(after: EngineLimits.acceptRetrySeconds)
        countAtPause = loop.shared.withLock { $0.connections.count }
        _ = loop.register(listener.socket.descriptor, token: Self.listenerToken, events: 0, isNew: false)
    }

    private mutating func resumeAccepting() {
        guard let listener, let acceptsAgainAt else { return }
        let isOver = acceptsAgainAt <= core.clock.now || loop.shared.withLock { $0.connections.count < countAtPause }
        guard isOver else { return }
        self.acceptsAgainAt = nil
        _ = loop.register(listener.socket.descriptor, token: Self.listenerToken, events: EPOLLIN.rawValue, isNew: false)
    }
}

// Shutting down.
extension LoopThread {
    private mutating func beginDraining() {
        guard drainsUntil == nil else { return }
        drainsUntil = core.clock.deadline(after: core.limits.drainSeconds)
        acceptsAgainAt = nil
        listener?.socket.close()
        listener = nil
        for connection in loop.connections { connection.drain() }
    }
}

extension SocketNews {
    init(epoll events: UInt32) {
        readable = events & EPOLLIN.rawValue != 0
        writable = events & EPOLLOUT.rawValue != 0
        finished = events & EPOLLRDHUP.rawValue != 0
        broken = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
    }
}
