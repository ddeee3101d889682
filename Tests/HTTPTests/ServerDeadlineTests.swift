import Glibc
import HTTPTypes
import Synchronization
import Testing

@testable import HTTP

/// The deadlines are tiny so that they pass soon; what is asserted is what the client sees, never how long it took.
@Suite struct ServerDeadlineTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test(arguments: ["G", "GET / HTTP/1.1\r\nHost: a\r\n", "\r\n"])
    func `answers 408 to a head that stops in the middle`(start: String) async throws {
        try await withServer({ $0.limits.headSeconds = 0.2 }, handler: echo) { port in
            let client = try RawClient(port: port)
            let response = try client.exchange(start)
            #expect(response.status == 408)
            #expect(response.fields["connection"] == "close")
            #expect(response.text.contains("408"))
            #expect(try client.isClosedByServer())
        }
    }

    @Test func `answers 408 to a second head that stops in the middle`() async throws {
        try await withServer({ $0.limits.headSeconds = 0.2 }, handler: echo) { port in
            let client = try RawClient(port: port)
            #expect(try client.exchange(Self.get).status == 200)
            #expect(try client.exchange("GET").status == 408)
        }
    }

    @Test func `closes a connection silently that never sends anything`() async throws {
        try await withServer({ $0.limits.headSeconds = 0.2 }, handler: echo) { port throws in
            #expect(try RawClient(port: port).receive().isEmpty)
        }
    }

    @Test func `closes a kept connection silently when it stays idle`() async throws {
        try await withServer({ $0.limits.keepAliveSeconds = 0.2 }, handler: echo) { port in
            let client = try RawClient(port: port)
            #expect(try client.exchange(Self.get).status == 200)
            #expect(try client.receive().isEmpty)
        }
    }

    @Test(arguments: ["Content-Length: 3", "Transfer-Encoding: chunked"])
    func `answers 408 to a body that stops in the middle`(framing: String) async throws {
        try await withServer({ $0.limits.bodyIdleSeconds = 0.2 }, handler: echo) { port in
            let client = try RawClient(port: port)
            let response = try client.exchange("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n2")
            #expect(response.status == 408)
            #expect(response.fields["connection"] == "close")
            #expect(try client.isClosedByServer())
        }
    }

    @Test func `does not count the handler's own time`() async throws {
        let gate = Gate()
        try await withServer(
            { configuration in
                configuration.limits.headSeconds = 0.1
                configuration.limits.keepAliveSeconds = 0.1
                configuration.limits.bodyIdleSeconds = 0.1
                configuration.limits.writeSeconds = 0.1
            },
            handler: { request in
                if request.head.path == "/slow" { await gate.wait() }
                return .text("done")
            },
            client: { port in
                let slow = try RawClient(port: port)
                try slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
                // Another connection that came later has run into its deadline.
                #expect(try RawClient(port: port).receive().isEmpty)
                gate.open()
                #expect(try slow.readResponse().text == "done")
            })
    }

    @Test func `does not count the time in which the process was frozen`() async throws {
        let frozen = Shift()
        try await withServer(
            clock: ActiveClock { ActiveClock.systemMonotonic() + frozen.nanoseconds.load(ordering: .relaxed) }, handler: echo,
            client: { port in
                let client = try RawClient(port: port)
                for _ in 0..<3 {
                    #expect(try client.exchange(Self.get).status == 200)
                    frozen.nanoseconds.add(3_600_000_000_000, ordering: .relaxed)
                }
                #expect(try client.exchange(Self.get).status == 200)
            })
    }

    /// In a process of its own, which a child stops and continues. The freeze is longer than the deadline that runs
    /// meanwhile; both are long, so that a busy machine has eight seconds for the rest.
    @Test func `does not count the time in which the process was really stopped`() async throws {
        await #expect(processExitsWith: .success) {
            let status = try await withServer({ $0.limits.headSeconds = 9 }, handler: echo) { port in
                let client = try RawClient(port: port)
                try client.send("GET / HTTP/1.1\r\nHo")
                // One thread sees to both, so the deadline runs once this is answered.
                guard try RawClient(port: port).exchange(Self.get).status == 200 else { return 0 }
                guard Self.stopProcess(seconds: 11) else { return 1 }
                return try client.exchange("st: a\r\n\r\n").status
            }
            guard status == 200 else { exit(EXIT_FAILURE) }
        }
    }

    /// Returns when this process runs again.
    private static func stopProcess(seconds: Int) -> Bool {
        let script = "kill -STOP $1 && sleep \(seconds) && kill -CONT $1"
        let words = ["sh", "-c", script, "sh", "\(getpid())"]
        let arguments = words.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        guard posix_spawn(&child, "/bin/sh", nil, nil, arguments + [nil], environ) == 0 else { return false }
        var status: Int32 = -1
        while waitpid(child, &status, 0) < 0 { guard errno == EINTR else { return false } }
        return status == 0
    }

    private final class Shift: Sendable { let nanoseconds = Atomic<UInt64>(0) }
}
