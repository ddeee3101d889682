import Glibc
import HTTPTypes
import Testing

@testable import HTTP

/// One connection over a socket pair, without a loop.
@Suite struct ConnectionTests {
    private let core: ServerCore
    private let connection: Connection
    private let other: Socket

    init() throws {
        var configuration = Server.Configuration { _, _ in ("text/plain", []) }
        configuration.limits.readAheadBytesMax = 1_000
        core = ServerCore(configuration, logger: .silent, handler: echo, clock: ActiveClock())
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        other = Socket(descriptor: ends[1])
        connection = Connection(
            id: 2, socket: Socket(descriptor: ends[0]), peer: PeerAddress(host: "", port: 0, isLoopback: true),
            isRefusal: false, core: core, loop: try EventLoop())
    }

    private func sendAll(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { other.send($0) } }

    private static let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"

    @Test func `reads no more ahead of the request than the limit`() async {
        defer { other.close() }
        sendAll(Self.post + String(repeating: "x", count: 50_000))
        guard case .head(_, let byteCount) = await connection.readHead(isFirst: true) else {
            Issue.record("no head")
            return
        }
        #expect(byteCount == Self.post.utf8.count)
        #expect(connection.input.withLock { $0.buffer.count } == 1_000 - byteCount)
        connection.close(reset: false)
    }

    @Test func `a waiter that comes after the end goes on at once`() async {
        defer { other.close() }
        connection.close(reset: false)
        for direction in [Direction.read, .write] {
            #expect(await connection.wait(direction, until: .max) == .broken)
        }
    }

    @Test func `a body outlives neither its exchange nor its connection`() async throws {
        defer { other.close() }
        sendAll(Self.post)
        guard case .head(let head, _) = await connection.readHead(isFirst: true) else {
            Issue.record("no head")
            return
        }
        let body = connection.beginBody(head)
        let reading = Task { try await body.collect(bytesMax: 10) }
        // Waits for bytes that never come, or has not begun to: its end is the same.
        connection.endBody()
        connection.close(reset: false)
        await #expect(throws: ServerError.self) { try await reading.value }
    }

    @Test func `accepted sockets are probed for peers that vanish`() throws {
        let listener = try Listener(host: "127.0.0.1", port: 0, backlog: 1, unacknowledgedSeconds: 90)
        defer { listener.socket.close() }
        let client = try RawClient(port: listener.port)
        defer { client.close() }
        guard case .accepted(let socket, _) = listener.accept() else {
            Issue.record("nothing accepted")
            return
        }
        defer { socket.close() }
        #expect(Self.option(socket, SOL_SOCKET, SO_KEEPALIVE) == 1)
        #expect(Self.option(socket, Int32(IPPROTO_TCP), TCP_KEEPIDLE) == EngineLimits.probeIdleSeconds)
        #expect(Self.option(socket, Int32(IPPROTO_TCP), TCP_KEEPINTVL) == EngineLimits.probeIntervalSeconds)
        #expect(Self.option(socket, Int32(IPPROTO_TCP), TCP_KEEPCNT) == EngineLimits.probesMax)
        #expect(Self.option(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) == 90_000)
    }

    private static func option(_ socket: Socket, _ level: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = -1
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket.descriptor, level, name, &value, &length)
        return value
    }
}
