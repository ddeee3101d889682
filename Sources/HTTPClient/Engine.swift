import Glibc
import Synchronization

/// What other threads ask of the owner thread. Transfers are named by their `Transfer` object.
enum Command: Sendable {
    case start(Transfer)
    /// The reader has made room.
    case resume(ObjectIdentifier)
    /// Nobody wants the rest.
    case end(ObjectIdentifier)
    case warmUp(CheckedContinuation<Void, any Error>)
}

/// The handle of the owner thread: its life, and the queue through which all others talk to it.
final class Engine: Sendable {
    private enum Phase {
        /// No thread yet: the first command starts it.
        case idle
        case running(pthread_t)
        /// The thread ends all transfers and then itself.
        case closing
        case closed
    }

    private struct Shared {
        var phase = Phase.idle
        var wakeup: Wakeup?
        var commands: [Command] = []
        /// The thread waits, or is about to wait, for events; who adds a command must wake it.
        var isSleeping = false
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: CurlClient.Configuration
    /// Transfers that were admitted and have not ended.
    let transferCount = Atomic<Int>(0)
    /// Easy handles in existence, in use or kept.
    let handleCount = Atomic<Int>(0)
    /// Sockets curl has asked for.
    let socketCount = Atomic<Int>(0)
    private let shared = Mutex(Shared())

    init(_ configuration: CurlClient.Configuration) { self.configuration = configuration }

    /// Throws `.closed` after a shutdown, `.unavailable` without a thread or descriptors, `.overloaded`.
    func submit(_ command: Command) throws(HTTPClientError) {
        if case .start(let transfer) = command { try admit(transfer) }
        do {
            try enqueue(command)
        } catch {
            if case .start = command { release() }
            throw error
        }
    }

    private func admit(_ transfer: Transfer) throws(HTTPClientError) {
        guard transferCount.add(1, ordering: .relaxed).newValue > configuration.transfersMax else { return }
        release()
        throw HTTPClientError(
            .overloaded, phase: .connect, host: transfer.request.host,
            message: "\(configuration.transfersMax) transfers run already: try again later")
    }

    /// A transfer has ended.
    func release() { transferCount.subtract(1, ordering: .relaxed) }

    private func enqueue(_ command: Command) throws(HTTPClientError) {
        let wakeup = try shared.withLock { shared throws(HTTPClientError) -> Wakeup? in
            switch shared.phase {
            case .closing, .closed: throw Self.closed()
            case .idle: try start(&shared)
            case .running: break
            }
            shared.commands.append(command)
            defer { shared.isSleeping = false }
            return shared.isSleeping ? shared.wakeup : nil
        }
        wakeup?.wake()
    }

    private func start(_ shared: inout Shared) throws(HTTPClientError) {
        let wakeup = try Wakeup()
        let thread = try startThread { [self] in
            CurlThread.main(engine: self, wakeup: wakeup)
            ended(wakeup)
        }
        shared.wakeup = wakeup
        shared.phase = .running(thread)
    }

    static func closed() -> HTTPClientError {
        HTTPClientError(.closed, phase: .connect, host: "", message: "the client was shut down")
    }
}

// Shutting down.
extension Engine {
    /// Returns when the thread has ended all transfers and itself.
    func shutdown() async {
        let thread = beginClosing()
        await withCheckedContinuation { continuation in
            let isClosed = shared.withLock { shared in
                if case .closed = shared.phase { return true }
                shared.closeWaiters.append(continuation)
                return false
            }
            if isClosed { continuation.resume() }
        }
        // At most a moment: resuming us was the last thing the thread did.
        if let thread { pthread_join(thread, nil) }
    }

    /// Like `shutdown` without waiting, for a client nobody holds any more.
    func letGo() {
        if let thread = beginClosing() { pthread_detach(thread) }
    }

    /// The thread, for the one caller that has to join it.
    private func beginClosing() -> pthread_t? {
        let (thread, wakeup) = shared.withLock { shared -> (pthread_t?, Wakeup?) in
            switch shared.phase {
            case .idle: shared.phase = .closed
            case .closing, .closed: break
            case .running(let thread):
                shared.phase = .closing
                shared.isSleeping = false
                return (thread, shared.wakeup)
            }
            return (nil, nil)
        }
        wakeup?.wake()
        return thread
    }
}

// For the owner thread.
extension Engine {
    /// Moves the commands since the last call to `commands`; false when the thread has to end.
    func takeCommands(_ commands: inout [Command]) -> Bool {
        commands.removeAll(keepingCapacity: true)
        return shared.withLock { shared in
            shared.isSleeping = false
            swap(&commands, &shared.commands)
            if case .closing = shared.phase { return false }
            return true
        }
    }

    /// Whether the thread may sleep: from here on commands wake it.
    func beginSleep() -> Bool {
        shared.withLock { shared in
            if case .closing = shared.phase { return false }
            shared.isSleeping = shared.commands.isEmpty
            return shared.isSleeping
        }
    }

    /// The thread could not begin. Commands that come later start another.
    func failedToStart() -> [Command] {
        shared.withLock { shared in
            if case .running(let thread) = shared.phase {
                shared.phase = .idle
                shared.wakeup = nil
                pthread_detach(thread)
            }
            defer { shared.commands = [] }
            return shared.commands
        }
    }

    /// The last act of the thread; `wakeup` tells it from one that was started after it had failed.
    private func ended(_ wakeup: Wakeup) {
        let waiters = shared.withLock { shared in
            guard case .closing = shared.phase, shared.wakeup === wakeup else { return [CheckedContinuation<Void, Never>]() }
            shared.phase = .closed
            shared.wakeup = nil
            defer { shared.closeWaiters = [] }
            return shared.closeWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
