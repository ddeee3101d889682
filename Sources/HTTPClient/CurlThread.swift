internal import CCurl
internal import CLinux
import Glibc

/// The owner of curl's multi handle: every call of curl is made by this thread. It waits in epoll_wait for sockets, for curl's one timer,
/// for deadlines and for commands.
final class CurlThread {
    static let wakeupToken = UInt64.max

    let engine: Engine
    let library: CurlLibrary
    let multi: UnsafeMutableRawPointer
    /// Of this turn of the loop.
    private(set) var now: ActiveClock.Nanoseconds
    /// Transfers with something to deliver.
    var dirty: [ActiveTransfer] = []
    var transfers: [ObjectIdentifier: ActiveTransfer] = [:]
    var deadlines = DeadlineHeap<ActiveTransfer>()
    var idleHandles: [EasyHandle] = []
    private let wakeup: Wakeup
    private let epoll: Int32
    private var clock = ActiveClock()
    /// When curl wants to be called again, on the system's clock, which is curl's own.
    private var curlWakesAt: ActiveClock.Nanoseconds?
    private var commands: [Command] = []
    private var events = [epoll_event](repeating: epoll_event(), count: ClientLimits.eventsPerTurn)

    private init(engine: Engine, wakeup: Wakeup, library: CurlLibrary) throws(HTTPClientError) {
        self.engine = engine
        self.wakeup = wakeup
        self.library = library
        now = clock.now
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .noDescriptors("an epoll instance") }
        guard let multi = ccurl_multi_init() else {
            close(epoll)
            throw CurlLibrary.unavailable("curl_multi_init failed: memory is short")
        }
        self.multi = multi
    }

    deinit {
        idleHandles = []
        ccurl_multi_cleanup(multi)
        close(epoll)
    }

    /// The whole life of the thread.
    static func main(engine: Engine, wakeup: Wakeup) {
        do {
            let thread = try CurlThread(engine: engine, wakeup: wakeup, library: CurlLibrary())
            thread.run()
        } catch {
            for command in engine.failedToStart() { refuse(command, error, engine) }
        }
    }

    private func run() {
        installMultiCallbacks()
        watch(wakeup.descriptor, EPOLLIN.rawValue | EPOLLET.rawValue, token: Self.wakeupToken, isNew: true)
        while engine.takeCommands(&commands) {
            for command in commands { execute(command) }
            turn()
        }
        for command in commands { Self.refuse(command, Engine.closed(), engine) }
        for transfer in Array(transfers.values) { end(transfer, with: error(for: transfer, .closed, Engine.closed().message)) }
    }

    private func turn() {
        runCurlTimer()
        deliver()
        let count = sleep()
        now = clock.now
        for event in events[..<count] where event.data.u64 != Self.wakeupToken {
            act(on: Int32(truncatingIfNeeded: event.data.u64), curlSelect(epoll: event.events))
        }
        runCurlTimer()
        // Once a turn: readers that are woken together find processors that are awake already (a fifth of the CPU time per piece).
        deliver()
        fireDeadlines()
    }
}

// Time.
extension CurlThread {
    /// Waits for events, at most until the next deadline. Returns their count.
    private func sleep() -> Int {
        // Nothing in a turn takes long: the process was frozen in the midst of it.
        clock.correct(from: now, planned: 0)
        let start = clock.now
        let ours = deadlines.earliest.map { min($0.deadline - min(start, $0.deadline), ClientLimits.tick) }
        let system = ActiveClock.systemMonotonic()
        let curls = curlWakesAt.map { $0 - min(system, $0) }
        let planned = engine.beginSleep() ? [ours, curls].compactMap(\.self).min() : 0
        // Rounded up, so that the time has come on waking.
        let milliseconds = planned.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
        let count = epoll_wait(epoll, &events, Int32(events.count), milliseconds)
        if let planned { clock.correct(from: start, planned: planned) }
        return Int(max(0, count))
    }

    private func runCurlTimer() {
        guard let curlWakesAt, curlWakesAt <= ActiveClock.systemMonotonic() else { return }
        self.curlWakesAt = nil
        act(on: CURL_SOCKET_TIMEOUT, 0)
    }

    private func fireDeadlines() {
        while let transfer = deadlines.earliest, transfer.deadline <= now {
            if let (at, code) = transfer.nextDeadline, at <= now {
                end(transfer, with: error(for: transfer, missed: code))
            } else {
                reschedule(transfer)
            }
        }
    }

    /// Brings the heap up to date. Reads only move a deadline away: for them it is enough when the old one comes up.
    func reschedule(_ transfer: ActiveTransfer) {
        if let (at, _) = transfer.nextDeadline {
            deadlines.schedule(transfer, at: at)
        } else {
            deadlines.remove(transfer)
        }
    }
}

// Sockets.
extension CurlThread {
    /// Lets curl work; `deliver` has to follow before the thread sleeps.
    private func act(on socket: curl_socket_t, _ events: Int32) {
        var running: Int32 = 0
        // Fails only for a handle that is none.
        _ = ccurl_multi_socket_action(multi, socket, events, &running)
        reap()
    }

    private func watch(_ descriptor: Int32, _ events: UInt32, token: UInt64, isNew: Bool) {
        var event = epoll_event()
        event.events = events
        event.data.u64 = token
        _ = epoll_ctl(epoll, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event)
    }

    private func installMultiCallbacks() {
        // Outlives the multi handle's use: `run` returns before this object goes.
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
        ccurl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
        ccurl_multi_set_socket_callback(multi) { _, socket, what, context, known in
            guard let context else { return -1 }
            Unmanaged<CurlThread>.fromOpaque(context).takeUnretainedValue().curlWatches(socket, what, isKnown: known != nil)
            return 0
        }
        ccurl_multi_set_timer_callback(multi) { _, milliseconds, context in
            guard let context else { return -1 }
            Unmanaged<CurlThread>.fromOpaque(context).takeUnretainedValue().curlWakes(after: milliseconds)
            return 0
        }
    }

    /// `isKnown`: curl has told of this socket before; the pointer it keeps for us says so.
    private func curlWatches(_ socket: curl_socket_t, _ what: Int32, isKnown: Bool) {
        if what == CURL_POLL_REMOVE {
            var unused = epoll_event()
            _ = epoll_ctl(epoll, EPOLL_CTL_DEL, socket, &unused)
            return
        }
        var events: UInt32 = 0
        if what & CURL_POLL_IN != 0 { events |= EPOLLIN.rawValue }
        if what & CURL_POLL_OUT != 0 { events |= EPOLLOUT.rawValue }
        watch(socket, events, token: UInt64(UInt32(bitPattern: socket)), isNew: !isKnown)
        if !isKnown { ccurl_multi_assign(multi, socket, Unmanaged.passUnretained(self).toOpaque()) }
    }

    private func curlWakes(after milliseconds: Int) {
        curlWakesAt = milliseconds < 0 ? nil : ActiveClock.systemMonotonic() + UInt64(milliseconds) * 1_000_000
    }

    private func curlSelect(epoll events: UInt32) -> Int32 {
        var select: Int32 = 0
        if events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0 { select |= CURL_CSELECT_IN }
        if events & EPOLLOUT.rawValue != 0 { select |= CURL_CSELECT_OUT }
        if events & EPOLLERR.rawValue != 0 { select |= CURL_CSELECT_ERR }
        return select
    }
}
