internal import CLinux
import Glibc

/// An eventfd: what wakes the owner thread out of epoll_wait. Open as long as anybody can still reach it.
final class Wakeup: Sendable {
    let descriptor: Int32

    init() throws(HTTPClientError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw .noDescriptors("an eventfd") }
    }

    deinit { close(descriptor) }

    func wake() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then a wake-up is pending anyway.
        _ = write(descriptor, &one, 8)
    }
}

extension HTTPClientError {
    /// From `errno`.
    static func noDescriptors(_ what: String) -> HTTPClientError {
        HTTPClientError(
            .unavailable, phase: .connect, host: "",
            message: "cannot create \(what) (errno \(errno)): raise the limit of open files (ulimit -n)")
    }
}

/// Runs `body` on a new thread, to be joined or detached by the caller: epoll_wait blocks, so it belongs neither on the cooperative pool
/// nor on Dispatch.
func startThread(_ body: @escaping @Sendable () -> Void) throws(HTTPClientError) -> pthread_t {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    // The retain of `passRetained` is taken back exactly once: in the thread, or below when there is none.
    let box = Unmanaged.passRetained(Box(body))
    let code = pthread_create(
        &thread, nil,
        {
            blockSignals()
            clinux_name_thread("outcrop-curl")
            Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().body()
            return nil
        }, box.toOpaque())
    guard code == 0 else {
        box.release()
        throw HTTPClientError(
            .unavailable, phase: .connect, host: "", message: "no thread for transfers: raise the limit of processes (ulimit -u)")
    }
    return thread
}

/// Signals go to other threads; also those that curl starts from this one. The process's own faults stay with the thread that makes them.
private func blockSignals() {
    var signals = sigset_t()
    sigfillset(&signals)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] { sigdelset(&signals, fault) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}
