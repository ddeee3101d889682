import HTTPClient
import Testing

struct DeadlineTests {
    private static let silent: @Sendable (Peer, Int) -> Void = { peer, _ in _ = peer.waitForClose() }

    @Test func `no answer within the time for the first byte`() async throws {
        try await withServer(script: Self.silent) { client, server in
            let deadlines = Deadlines(firstByte: .milliseconds(50))
            let failure = await client.failure(ClientRequest(url: server.url, deadlines: deadlines))
            #expect(failure?.code == .firstByteTimeout)
            #expect(failure?.phase == .firstByte)
            #expect(failure?.message == "no response came within 0.05 seconds")
        }
    }

    @Test func `a head that never ends does not reset the time for the first byte`() async throws {
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\n")
            _ = peer.waitForClose()
        }) { client, server in
            let deadlines = Deadlines(firstByte: .milliseconds(50))
            let failure = await client.failure(ClientRequest(url: server.url, deadlines: deadlines))
            #expect(failure?.code == .firstByteTimeout)
        }
    }

    @Test func `TLS that gets no answer is a connection that was not made`() async throws {
        try await withServer(script: Self.silent) { client, server in
            let deadlines = Deadlines(connect: .milliseconds(50))
            let url = "https://127.0.0.1:\(server.port)/"
            let failure = await client.failure(ClientRequest(url: url, deadlines: deadlines))
            #expect(failure?.code == .connectTimeout)
            #expect(failure?.phase == .connect)
            #expect(failure?.isBeforeSending == true)
        }
    }

    @Test func `silence within the body`() async throws {
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            _ = peer.waitForClose()
        }) { client, server in
            let request = ClientRequest(url: server.url, deadlines: Deadlines(idle: .milliseconds(50)))
            var body = try await client.send(request).body.makeAsyncIterator()
            let piece = try await body.next()
            #expect(piece == Array("hello".utf8))
            let failure = await #expect(throws: HTTPClientError.self) { _ = try await body.next() }
            #expect(failure?.code == .idleTimeout)
            #expect(failure?.phase == .body)
        }
    }

    @Test func `a response that goes on and on`() async throws {
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\n\r\n")
            while peer.write([7]) {}
        }) { client, server in
            let request = ClientRequest(url: server.url, deadlines: Deadlines(total: .milliseconds(100)))
            let failure = await client.failure(request)
            #expect(failure?.code == .totalTimeout)
        }
    }

    @Test func `the total covers the time before the head`() async throws {
        try await withServer(script: Self.silent) { client, server in
            let failure = await client.failure(ClientRequest(url: server.url, deadlines: Deadlines(total: .milliseconds(50))))
            #expect(failure?.code == .totalTimeout)
            #expect(failure?.phase == .firstByte)
        }
    }

    @Test func `no limit is no limit, and none is none at all`() async throws {
        try await withServer(script: answering(ok)) { client, server in
            let none = Deadlines(connect: nil, firstByte: nil, idle: nil, total: nil)
            let failure = await client.failure(ClientRequest(url: server.url, deadlines: none))
            #expect(failure == nil)
            for duration: Duration in [.zero, .seconds(-1)] {
                let failure = await client.failure(ClientRequest(url: server.url, deadlines: Deadlines(total: duration)))
                #expect(failure?.code == .totalTimeout)
            }
            let ages = Deadlines(connect: .seconds(Int64.max), firstByte: .seconds(Int64.max), total: .seconds(Int64.max))
            let success = await client.failure(ClientRequest(url: server.url, deadlines: ages))
            #expect(success == nil)
        }
    }

    /// The other transfer's deadline, on the same thread and clock, says when the time has passed.
    @Test func `time in which the reader keeps the transfer paused does not count`() async throws {
        let byteCount = 40_000_000
        try await withServer(script: { peer, number in
            guard peer.readRequest() != nil else { return }
            if number > 0 {
                _ = peer.waitForClose()
                return
            }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(byteCount)\r\n\r\n")
            peer.write([UInt8](repeating: 7, count: byteCount))
        }) { client, server in
            let stalled = try await client.send(ClientRequest(url: server.url, deadlines: Deadlines(idle: .milliseconds(500))))
            let request = ClientRequest(url: server.url, deadlines: Deadlines(firstByte: .milliseconds(1_000)))
            let failure = await client.failure(request)
            #expect(failure?.code == .firstByteTimeout)
            let body = try await stalled.body.collect(bytesMax: byteCount)
            #expect(body.count == byteCount)
        }
    }
}
