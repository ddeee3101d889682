import Glibc
import HTTPTypes
import Testing

@testable import HTTP

@Suite struct ServerShutdownTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `finishes running exchanges, closes idle connections and accepts no more`() async throws {
        let (started, gate) = (Gate(), Gate())
        let server = try liveServer { request in
            if request.head.path == "/slow" {
                started.open()
                await gate.wait()
            }
            return .text("done")
        }
        async let running: Void = server.run()
        try await onThread {
            let idle = try RawClient(port: server.port)
            #expect(try idle.exchange(Self.get).fields["connection"] == nil)
            let slow = try RawClient(port: server.port)
            try slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(started.waitBlocking())
            server.shutdown()
            server.shutdown()
            #expect(try idle.receive().isEmpty)
            #expect(throws: RawClient.Failure.system("connect", ECONNREFUSED)) { try RawClient(port: server.port) }
            gate.open()
            let response = try slow.readResponse()
            #expect(response.text == "done")
            #expect(response.fields["connection"] == "close")
            #expect(try slow.isClosedByServer())
        }
        try await running
    }

    @Test func `cancels and resets what runs beyond the drain deadline`() async throws {
        let (started, cancelled) = (Gate(), Gate())
        let server = try liveServer {
            $0.limits.drainSeconds = 0.2
        } handler: { _ in
            started.open()
            defer { cancelled.open() }
            try await untilCancelled()
            return .text("never")
        }
        async let running: Void = server.run()
        try await onThread {
            let client = try RawClient(port: server.port)
            try client.send(Self.get)
            #expect(started.waitBlocking())
            server.shutdown()
            #expect(cancelled.waitBlocking())
            #expect(try client.isClosedByServer())
        }
        try await running
    }

    @Test func `lets cancelled handlers unwind before it returns`() async throws {
        let started = Gate()
        let unwound = Collected<Bool>()
        let server = try liveServer {
            $0.limits.drainSeconds = 0.1
        } handler: { _ in
            started.open()
            try? await untilCancelled()
            for _ in 0..<100 { await Task.yield() }
            unwound.append(true)
            throw CancellationError()
        }
        async let running: Void = server.run()
        try await onThread {
            let client = try RawClient(port: server.port)
            try client.send(Self.get)
            #expect(started.waitBlocking())
            server.shutdown()
            #expect(try client.isClosedByServer())
        }
        try await running
        #expect(unwound.all == [true])
    }

    @Test func `returns at the drain deadline even from a handler that ignores everything`() async throws {
        let (started, gate) = (Gate(), Gate())
        let server = try liveServer {
            $0.limits.drainSeconds = 0.2
        } handler: { _ in
            started.open()
            await gate.wait()
            return .text("too late")
        }
        async let running: Void = server.run()
        let client = try await onThread {
            let client = try RawClient(port: server.port)
            try client.send(Self.get)
            #expect(started.waitBlocking())
            server.shutdown()
            return Unchecked(client)
        }
        try await running
        gate.open()
        try await onThread { () throws in #expect(try client.value.isClosedByServer()) }
    }

    /// Moves a client from one thread to the next; never used by two at once.
    private struct Unchecked: @unchecked Sendable {
        let value: RawClient
        init(_ value: RawClient) { self.value = value }
    }

    @Test func `ends when the task that runs it is cancelled`() async throws {
        let server = try liveServer(handler: echo)
        let running = Task { try await server.run() }
        try await onThread { () throws in #expect(try RawClient(port: server.port).exchange(Self.get).status == 200) }
        running.cancel()
        try await running.value
    }

    @Test func `frees the port of a server that never ran`() throws {
        let port = try liveServer(handler: echo).port
        #expect(try liveServer({ $0.port = port }, handler: echo).port == port)
    }

    /// In a process of its own, since signals hit the process.
    @Test(arguments: [SIGTERM, SIGINT])
    func `drains on a termination signal`(number: Int32) async throws {
        await #expect(processExitsWith: .exitCode(7)) { [number] in
            let started = Gate()
            let isDraining = Gate()
            let server = try liveServer { _ in
                started.open()
                await isDraining.wait()
                return .text("done")
            }
            let caught = Collected<Int32>()
            let signals = try TerminationSignals { number in
                caught.append(number)
                server.shutdown()
                isDraining.open()
            }
            async let running: Void = server.run()
            let status = try await onThread {
                let client = try RawClient(port: server.port)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                guard started.waitBlocking(), kill(getpid(), number) == 0 else { return 0 }
                return try client.readResponse().status
            }
            try await running
            signals.cancel()
            if status == 200 && caught.all == [number] { exit(7) }
        }
    }

    @Test func `gives the signals back`() async throws {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            try TerminationSignals { _ in }.cancel()
            kill(getpid(), SIGTERM)
            try await untilCancelled()
        }
    }

    @Test func `is not killed by SIGPIPE`() throws {
        _ = try liveServer(handler: echo)
        var action = sigaction()
        #expect(sigaction(SIGPIPE, nil, &action) == 0)
        let ignored = unsafeBitCast(SIG_IGN, to: Int.self)
        #expect(unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == ignored)
    }
}
