import HTTPTypes
import Testing

@testable import HTTP

/// Clients that say all they have to say and close their sending side: `printf … | nc`, `shutdown(SHUT_WR)`.
@Suite struct HalfCloseTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `answers when the handler takes a moment`() async throws {
        let (started, gate) = (Gate(), Gate())
        try await withServer(
            { $0.limits.halfClosedSeconds = 3_600 },
            handler: { _ in
                started.open()
                await gate.wait()
                try Task.checkCancellation()
                return .text("done")
            },
            client: { port in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                #expect(started.waitBlocking())
                client.finishWriting()
                try Self.letPass(port)
                gate.open()
                #expect(try client.readResponse().text == "done")
                #expect(try client.isClosedByServer())
            })
    }

    @Test func `answers every request of a pipeline`() async throws {
        try await withServer({ $0.limits.halfClosedSeconds = 3_600 }, handler: echo) { port in
            let client = try RawClient(port: port)
            try client.send(
                "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + Self.get)
            client.finishWriting()
            #expect(try client.readResponse().text == "GET /1 ")
            #expect(try client.readResponse().text == "POST /2 abc")
            #expect(try client.readResponse().text == "GET / ")
            #expect(try client.isClosedByServer())
        }
    }

    @Test func `gives a stream to its end while there is patience`() async throws {
        try await withServer(
            { $0.limits.halfClosedSeconds = 3_600 },
            handler: { _ in
                ServerResponse(
                    status: .ok,
                    body: .stream(contentLength: nil) { writer in
                        for _ in 0..<100 { try await writer.write([65]) }
                    })
            },
            client: { port in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                client.finishWriting()
                #expect(try client.readResponse().body.count == 100)
            })
    }

    @Test func `sends a body of known length to its end when patience is over`() async throws {
        let (started, gate) = (Gate(), Gate())
        try await withServer(
            { configuration in
                configuration.limits.halfClosedSeconds = 0.05
                configuration.limits.headSeconds = 0.3
            },
            handler: { _ in
                ServerResponse(
                    status: .ok,
                    body: .stream(contentLength: 2) { writer in
                        try await writer.write([65])
                        started.open()
                        await gate.wait()
                        try Task.checkCancellation()
                        try await writer.write([66])
                    })
            },
            client: { port in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                #expect(started.waitBlocking())
                client.finishWriting()
                // Its head deadline, later than the patience above, is a clock that needs no sleep.
                #expect(try RawClient(port: port).receive().isEmpty)
                gate.open()
                #expect(try client.readResponse().text == "AB")
            })
    }

    /// The server has seen to whatever came before, as one thread sees to all in turn.
    private static func letPass(_ port: Int) throws {
        let other = try RawClient(port: port)
        #expect(try other.exchange("BAD\r\n\r\n").status == 400)
    }
}
