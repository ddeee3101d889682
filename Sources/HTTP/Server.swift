import Glibc
package import HTTPTypes
package import Logging
import Synchronization

/// An HTTP/1.1 server: one epoll thread, one task a connection.
///
/// - A client that resets the connection is gone: its handler is cancelled at once. One that closes its sending side may still wait for its answer
///   (`printf … | nc`) or be gone, which only a write can tell: handlers and streams of unknown length have `halfClosedSeconds` more, then they are
///   cancelled; a body of known length is sent to its end. A client that vanishes without a word is found by TCP keep-alive.
/// - Beyond `connectionsMax` a connection gets 503 with `Retry-After`; when very many come, and when the process has no descriptor left, they wait in
///   the backlog.
/// - A stream's head goes out with its first write; `write([])` sends it alone. Until then an error still gets a proper answer.
package final class Server: Sendable {
    package struct Configuration: Sendable {
        /// A numeric IPv4 or IPv6 address, or `localhost` for 127.0.0.1. `::` takes IPv4 as well.
        package var host = "127.0.0.1"
        /// 0 takes any free port.
        package var port = 8080
        package var limits = HTTPLimits()
        package var backlog = 512
        /// The body for an error answer (content type, bytes), so that refusals carry the API's envelope.
        package var renderError: @Sendable (HTTPResponse.Status, _ message: String) -> (contentType: String, body: [UInt8])
        /// Called at the end of every exchange, in the connection's task: must not block.
        package var onAccess: (@Sendable (AccessRecord) -> Void)?

        package init(
            renderError: @escaping @Sendable (HTTPResponse.Status, String) -> (contentType: String, body: [UInt8])
        ) {
            self.renderError = renderError
        }
    }

    private enum Phase {
        case listening(Listener)
        case running
        case ended
    }

    /// The port actually bound.
    package let port: Int
    private let core: ServerCore
    private let loop: EventLoop
    private let phase: Mutex<Phase>

    /// Binds and listens at once (throws `ServerError` with the remedy when the port is taken); serves after `run`. Ignores SIGPIPE in this process.
    package convenience init(_ configuration: Configuration, logger: Logger, handler: @escaping Handler) throws {
        try self.init(Self.bounded(configuration, logger), logger: logger, clock: ActiveClock(), handler: handler)
    }

    /// Connections alone shall never take the last descriptor.
    private static func bounded(_ configuration: Configuration, _ logger: Logger) -> Configuration {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return configuration }
        var configuration = configuration
        let wanted = configuration.limits.connectionsMax
        let allowed = EngineLimits.connectionsMax(wanted, descriptors: Int(clamping: limit.rlim_cur))
        if allowed < wanted {
            logger.warning(
                "at most \(allowed) connections instead of \(wanted): the process may open \(limit.rlim_cur) files (ulimit -n)")
        }
        configuration.limits.connectionsMax = allowed
        return configuration
    }

    init(_ configuration: Configuration, logger: Logger, clock: ActiveClock, handler: @escaping Handler) throws {
        core = ServerCore(configuration, logger: logger, handler: handler, clock: clock)
        loop = try EventLoop()
        let listener = try Listener(
            host: configuration.host, port: configuration.port, backlog: configuration.backlog,
            unacknowledgedSeconds: max(EngineLimits.unacknowledgedSeconds, configuration.limits.writeSeconds))
        port = listener.port
        phase = Mutex(.listening(listener))
        ignoreBrokenPipe()
    }

    deinit {
        phase.withLock { if case .listening(let listener) = $0 { listener.socket.close() } }
    }

    /// Serves until `shutdown` or the cancellation of the calling task, then returns when every connection has ended; `drainSeconds` later at the latest,
    /// plus a second for cancelled handlers to unwind. A handler that ignores its cancellation runs on after that, without a client.
    /// Throws `ServerError` when called twice.
    package func run() async throws {
        await Self.openClocks()
        let listener = try phase.withLock { phase throws(ServerError) in
            guard case .listening(let listener) = phase else {
                throw ServerError(.alreadyRunning, "a server runs once: make another")
            }
            phase = .running
            return listener
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                startThread { [core, loop] in
                    var thread = LoopThread(core: core, loop: loop, listener: listener)
                    thread.run()
                    continuation.resume()
                }
            }
        } onCancel: {
            shutdown()
        }
        phase.withLock { $0 = .ended }
    }

    /// Dispatch opens a descriptor for events and one for each clock when it first needs them, and traps when there is none left:
    /// so it must have them before clients can take the last one.
    static func openClocks() async {
        let moment = Duration.nanoseconds(1)
        try? await Task.sleep(for: moment, clock: .suspending)
        try? await Task.sleep(for: moment, clock: .continuous)
    }

    /// Stops accepting, finishes running exchanges (with `connection: close`), closes idle connections; after `drainSeconds` cancels and closes the rest.
    /// Safe to call from any thread and more than once; before `run` it makes `run` return at once.
    package func shutdown() {
        core.isDraining.store(true, ordering: .releasing)
        loop.wake()
    }
}

/// Runs `body` on a new thread: epoll_wait blocks, so it belongs neither on the cooperative pool nor on Dispatch.
private func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    // The retain of `passRetained` is taken back exactly once, in the thread.
    let argument = Unmanaged.passRetained(Box(body)).toOpaque()
    let code = pthread_create(
        &thread, nil,
        {
            Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().body(); return nil
        }, argument)
    precondition(code == 0, "no thread for the event loop: raise the limit of processes (ulimit -u)")
    pthread_detach(thread)
}
