import CLinux
import Glibc
import Synchronization

/// The handle of the epoll thread: what other threads may do to it.
///
/// It keeps the two descriptors open as long as anybody can still reach them.
final class EventLoop: Sendable {
    struct Shared {
        var connections: [UInt64: Connection] = [:]
        var refusalCount = 0
        /// Deadlines the thread has not seen yet.
        var pending: [DeadlineHeap.Entry] = []
        /// When the thread wakes by itself; an earlier deadline must wake it.
        var sleepsUntil: ActiveClock.Nanoseconds = .max
        /// The thread wants to know when a connection ends: it has stopped accepting, or it drains.
        var awaitsRemoval = false
    }

    let epoll: Int32
    let wakeup: Int32
    let shared = Mutex(Shared())

    init() throws(ServerError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw Self.failure("an epoll instance", errno) }
        wakeup = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeup >= 0 else {
            let code = errno
            close(epoll)
            throw Self.failure("an eventfd", code)
        }
    }

    deinit {
        close(wakeup)
        close(epoll)
    }

    private static func failure(_ what: String, _ code: Int32) -> ServerError {
        ServerError(
            .cannotListen, "cannot create \(what): \(systemErrorText(code)); raise the limit of open files", systemError: code)
    }

    func wake() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then a wake-up is pending anyway.
        _ = write(wakeup, &one, 8)
    }

    func schedule(_ entry: DeadlineHeap.Entry) {
        let isEarlier = shared.withLock { shared in
            shared.pending.append(entry)
            return entry.deadline < shared.sleepsUntil
        }
        if isEarlier { wake() }
    }

    func insert(_ connection: Connection) {
        shared.withLock { shared in
            shared.connections[connection.id] = connection
            if connection.isRefusal { shared.refusalCount += 1 }
        }
    }

    func remove(_ connection: Connection) {
        let wakes = shared.withLock { shared in
            shared.connections[connection.id] = nil
            if connection.isRefusal { shared.refusalCount -= 1 }
            return shared.awaitsRemoval
        }
        if wakes { wake() }
    }

    func connection(_ id: UInt64) -> Connection? { shared.withLock { $0.connections[id] } }
    var connections: [Connection] { shared.withLock { Array($0.connections.values) } }

    /// Registers a descriptor for the events given; false with `errno` when the kernel refuses.
    func register(_ descriptor: Int32, token: UInt64, events: UInt32, isNew: Bool = true) -> Bool {
        var event = epoll_event()
        event.events = events
        event.data.u64 = token
        return epoll_ctl(epoll, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event) == 0
    }
}
