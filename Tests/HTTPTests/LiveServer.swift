import Dispatch
import HTTPTypes
import Logging
import Synchronization

@testable import HTTP

/// Runs blocking code away from the cooperative pool, on which the server lives.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "client").async { continuation.resume(with: Swift.Result(catching: body)) }
    }
}

/// Starts a server on a free port, runs the blocking client script against it and shuts it down.
@discardableResult
func withServer<Result: Sendable>(
    _ configure: (inout Server.Configuration) -> Void = { _ in }, logger: Logger = .silent, clock: ActiveClock = ActiveClock(),
    handler: @escaping Handler, client: @escaping @Sendable (_ port: Int) throws -> Result
) async throws -> Result {
    let server = try liveServer(configure, logger: logger, clock: clock, handler: handler)
    async let running: Void = server.run()
    do {
        let result = try await onThread { try client(server.port) }
        server.shutdown()
        try await running
        return result
    } catch {
        server.shutdown()
        try await running
        throw error
    }
}

func liveServer(
    _ configure: (inout Server.Configuration) -> Void = { _ in }, logger: Logger = .silent, clock: ActiveClock = ActiveClock(),
    handler: @escaping Handler
) throws -> Server {
    var configuration = Server.Configuration { status, message in
        ("application/json", Array("{\"status\":\(status.code),\"message\":\"\(message)\"}".utf8))
    }
    configuration.port = 0
    configure(&configuration)
    return try Server(configuration, logger: logger, clock: clock, handler: handler)
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension ServerResponse {
    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> ServerResponse {
        ServerResponse(status: status, headerFields: [.contentType: "text/plain"], body: .bytes(Array(text.utf8)))
    }
}

/// Answers `METHOD path body`.
let echo: Handler = { request in
    let body = try await request.body.collect(bytesMax: 1_000_000)
    return .text("\(request.head.method.rawValue) \(request.head.path ?? "") \(String(decoding: body, as: UTF8.self))")
}

/// Opened once by one side, awaited by tasks and threads.
final class Gate: Sendable {
    private let state = Mutex((isOpen: false, waiters: [CheckedContinuation<Void, Never>]()))
    private let semaphore = DispatchSemaphore(value: 0)

    func open() {
        let waiters = state.withLock { state in
            defer { state = (true, []) }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
        semaphore.signal()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// For threads; false when it stayed shut for as long as a client waits.
    func waitBlocking() -> Bool {
        defer { semaphore.signal() }
        return semaphore.wait(timeout: .now() + .seconds(RawClient.patienceSeconds)) == .success
    }
}

/// Collects values from any thread.
final class Collected<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    func append(_ value: Value) { values.withLock { $0.append(value) } }
    var all: [Value] { values.withLock { $0 } }
}

/// Waits to be cancelled, and throws then.
func untilCancelled() async throws {
    try await Task.sleep(for: .seconds(3600))
}

/// Keeps at which level each message was logged.
final class LevelRecorder: LogHandler {
    private let logged = Collected<(message: String, level: Logger.Level)>()

    func of(_ message: String) -> [Logger.Level] { logged.all.filter { $0.message == message }.map(\.level) }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { logged.append((event.message.description, event.level)) }
}
