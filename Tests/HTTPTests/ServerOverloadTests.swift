import Dispatch
import Glibc
import HTTPTypes
import Testing

@testable import HTTP

@Suite struct ServerOverloadTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `answers 503 with Retry-After beyond the cap, and serves again below it`() async throws {
        let gate = Gate()
        try await withServer(
            { $0.limits.connectionsMax = 1 },
            handler: { _ in
                await gate.wait()
                return .text("done")
            },
            client: { port in
                let first = try RawClient(port: port)
                try first.send(Self.get)
                for _ in 0..<3 {
                    let second = try RawClient(port: port)
                    let response = try second.exchange("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\n\r\n")
                    #expect(response.status == 503)
                    #expect(response.fields["retry-after"] == "1")
                    #expect(response.fields["connection"] == "close")
                    #expect(response.fields["x-request-id"] == "mine")
                    #expect(response.fields["content-type"] == "application/json")
                    #expect(try second.isClosedByServer())
                }
                gate.open()
                #expect(try first.readResponse().status == 200)
                first.close()
                #expect(try Self.isServedAgain(port))
            })
    }

    /// The server learns of the close a moment later, so the first tries may still be refused.
    private static func isServedAgain(_ port: Int) throws -> Bool {
        for _ in 0..<10_000 where try RawClient(port: port).exchange(get).status == 200 { return true }
        return false
    }

    @Test func `lets a flood beyond the cap wait in the backlog`() async throws {
        let gate = Gate()
        try await withServer(
            { configuration in
                configuration.limits.connectionsMax = 1
                configuration.limits.headSeconds = 0.2
            },
            handler: { _ in
                await gate.wait()
                return .text("done")
            },
            client: { port in
                let first = try RawClient(port: port)
                try first.send(Self.get)
                // Silent ones take every place for refusals until their head deadline.
                let flood = try (0..<(2 * EngineLimits.refusalsMax)).map { _ in try RawClient(port: port) }
                #expect(try RawClient(port: port).exchange(Self.get).status == 503)
                for client in flood { #expect(try client.receive().isEmpty) }
                gate.open()
                #expect(try first.readResponse().status == 200)
            })
    }

    @Test(arguments: [(4_096, 1_024, 928), (100, 1_024, 100), (4_096, 50, 1), (4_096, Int.max, 4_096)])
    func `connections leave descriptors to the rest of the process`(wanted: Int, descriptors: Int, allowed: Int) {
        #expect(EngineLimits.connectionsMax(wanted, descriptors: descriptors) == allowed)
    }

    /// In a process of its own: the limit of open files is the process's.
    @Test func `survives running out of descriptors and serves those that waited`() async throws {
        await #expect(processExitsWith: .success) {
            // The client below takes the last descriptor as soon as the server listens, perhaps before `run` has come this far.
            await Server.openClocks()
            let log = RecordingLog()
            let served = try await withServer(logger: log.logger, handler: echo) { port in
                var limit = rlimit(rlim_cur: 96, rlim_max: 4_096)
                guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return -1 }
                var clients: [RawClient] = []
                do {
                    while true { clients.append(try RawClient(port: port)) }
                } catch RawClient.Failure.system("socket", EMFILE) {}
                // With connections in the backlog that it cannot take, the loop must not spin: that would take most of the time.
                let idling = Self.processorMilliseconds {
                    _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(500))
                }
                guard idling < 200 else { return -1 }
                // Every client that leaves gives two descriptors back, so all others get their turn.
                for index in clients.indices where index.isMultiple(of: 2) { clients[index].close() }
                let staying = clients.indices.filter { !$0.isMultiple(of: 2) }.map { clients[$0] }
                let served = try staying.filter { try $0.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200 }
                return served.count == staying.count ? served.count : -1
            }
            // One an episode; there can be no more episodes than connections that end.
            let warnings = log.lines.all.filter { $0.contains("cannot accept") }.count
            guard served > 8, (1...96).contains(warnings) else { exit(1) }
        }
    }

    /// What the whole process computes meanwhile.
    private static func processorMilliseconds(while body: () -> Void) -> Int {
        let start = clock()
        body()
        return (clock() - start) * 1_000 / Int(CLOCKS_PER_SEC)
    }

    @Test func `knows which errors of accept mean this connection, and which mean later`() {
        for code in [ECONNABORTED, EINTR, EPROTO, EPERM] { #expect(Listener.outcome(of: code) == .lost) }
        for code in [EMFILE, ENFILE, ENOBUFS, ENOMEM] { #expect(Listener.outcome(of: code) == .exhausted(code)) }
        #expect(Listener.outcome(of: EAGAIN) == .wouldBlock)
    }

    @Test func `survives clients that reset before they are accepted`() async throws {
        try await withServer(handler: echo) { port in
            for _ in 0..<200 { try RawClient(port: port).reset() }
            #expect(try RawClient(port: port).exchange(Self.get).status == 200)
        }
    }
}
