import HTTPTypes
import Testing

@testable import HTTP

@Suite struct ServerTests {
    @Test func `answers a request with its framing, date and id`() async throws {
        let response = try await withServer(handler: echo) { port in
            try RawClient(port: port).exchange("GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        #expect(response.status == 200)
        #expect(response.text == "GET /a?b=c ")
        #expect(response.fields["content-length"] == "11")
        #expect(response.fields["content-type"] == "text/plain")
        #expect(response.fields["date"]?.hasSuffix(" GMT") == true)
        #expect(response.fields["x-request-id"]?.hasPrefix("req_") == true)
        #expect(response.fields["connection"] == nil)
    }

    @Test func `keeps the connection for a hundred requests`() async throws {
        try await withServer(handler: echo) { port in
            let client = try RawClient(port: port)
            var ids: Set<String> = []
            for number in 0..<100 {
                let response = try client.exchange("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(response.text == "GET /\(number) ")
                ids.insert(response.fields["x-request-id"] ?? "")
            }
            #expect(ids.count == 100)
        }
    }

    private static let three =
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        + "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"

    @Test func `answers three requests of one packet in order`() async throws {
        try await withServer(handler: echo) { port in
            let client = try RawClient(port: port)
            try client.send(Self.three)
            #expect(try client.readResponse().text == "GET /1 ")
            #expect(try client.readResponse().text == "POST /2 abc")
            let last = try client.readResponse()
            #expect(last.text == "POST /3 def")
            #expect(last.fields["connection"] == "close")
            #expect(try client.isClosedByServer())
        }
    }

    @Test func `answers three requests that come byte by byte`() async throws {
        try await withServer(handler: echo) { port in
            let client = try RawClient(port: port)
            for byte in Self.three.utf8 { try client.send([byte]) }
            #expect(try client.readResponse().text == "GET /1 ")
            #expect(try client.readResponse().text == "POST /2 abc")
            #expect(try client.readResponse().text == "POST /3 def")
        }
    }

    @Test func `answers two thousand pipelined requests while the first is held`() async throws {
        let gate = Gate()
        try await withServer(
            { $0.limits.readAheadBytesMax = 4_096 },
            handler: { request in
                await gate.wait()
                return .text("done")
            },
            client: { port in
                let client = try RawClient(port: port)
                let requests = Array(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 2_000).utf8)
                var sent = client.sendWhatFits(requests)
                gate.open()
                while sent < requests.count {
                    try client.send(Array(requests[sent..<min(sent + 20_000, requests.count)]))
                    sent = min(sent + 20_000, requests.count)
                }
                for _ in 0..<2_000 { #expect(try client.readResponse().text == "done") }
            })
    }

    @Test func `answers HEAD with the length and without the body`() async throws {
        try await withServer(handler: { _ in .text("hello") }) { port in
            let client = try RawClient(port: port)
            try client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try client.readResponse(toHead: true)
            #expect(head.fields["content-length"] == "5")
            // The next bytes are the next response, not a body.
            #expect(try client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").text == "hello")
        }
    }

    @Test func `does not run a stream for HEAD`() async throws {
        try await withServer(
            handler: { _ in
                ServerResponse(status: .ok, body: .stream(contentLength: nil) { _ in Issue.record("the stream ran") })
            },
            client: { port in
                let client = try RawClient(port: port)
                try client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.readResponse(toHead: true).fields["transfer-encoding"] == "chunked")
                try client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.readResponse(toHead: true).status == 200)
            })
    }

    @Test func `answers OPTIONS for the server as a whole`() async throws {
        try await withServer(handler: { _ in .text("never") }) { port in
            let response = try RawClient(port: port).exchange("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.status == 204)
            #expect(response.fields["allow"]?.contains("GET") == true)
            #expect(response.fields["content-length"] == nil)
        }
    }

    @Test func `sends 204 and 304 without body and framing`() async throws {
        try await withServer(handler: { request in
            .text("no body", status: request.head.path == "/204" ? .noContent : .notModified)
        }) { port in
            let client = try RawClient(port: port)
            for status in [204, 304, 204] {
                let response = try client.exchange("GET /\(status) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(response.status == status)
                #expect(response.fields["content-length"] == nil)
                #expect(response.fields["transfer-encoding"] == nil)
            }
        }
    }

    @Test func `closes after an HTTP 1.0 request unless keep-alive is asked for`() async throws {
        try await withServer(handler: echo) { port in
            let keeping = try RawClient(port: port)
            for _ in 0..<2 {
                let response = try keeping.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(response.fields["connection"] == "keep-alive")
            }
            let plain = try RawClient(port: port)
            #expect(try plain.exchange("GET / HTTP/1.0\r\n\r\n").fields["connection"] == "close")
            #expect(try plain.isClosedByServer())
        }
    }

    @Test func `echoes a valid request id and replaces any other`() async throws {
        try await withServer(handler: { .text($0.id) }) { port in
            let client = try RawClient(port: port)
            let good = String(repeating: "x", count: 128)
            for (offered, isKept) in [
                ("abc-123", true), (good, true), (good + "x", false), ("a b", false), ("é", false), ("", false),
            ] {
                let response = try client.exchange("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(offered)\r\n\r\n")
                #expect((response.text == offered) == isKept, "\(offered)")
                #expect(response.fields["x-request-id"] == response.text)
            }
            let twice = try client.exchange("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\r\nX-Request-Id: b\r\n\r\n")
            #expect(twice.text.hasPrefix("req_"))
        }
    }

    @Test func `gives the peer to the handler`() async throws {
        try await withServer(handler: { .text("\($0.peer.host) \($0.peer.isLoopback)") }) { port throws in
            #expect(try RawClient(port: port).exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").text == "127.0.0.1 true")
        }
    }

    @Test func `takes IPv4 clients on the IPv6 wildcard`() async throws {
        try await withServer({ $0.host = "::" }, handler: { .text("\($0.peer.isLoopback)") }) { port throws in
            #expect(try RawClient(port: port).exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").text == "true")
        }
    }

    @Test func `says what to do when the port is taken or the host is no address`() throws {
        let first = try liveServer(handler: echo)
        #expect(throws: ServerError.self) { try liveServer({ $0.port = first.port }, handler: echo) }
        for host in ["example.com", "", "1.2.3", "1.2.3.4.5", "[::1", "::g"] {
            #expect(throws: ServerError.self) { try liveServer({ $0.host = host }, handler: echo) }
        }
        #expect(throws: ServerError.self) { try liveServer({ $0.port = 65_536 }, handler: echo) }
    }

    @Test func `runs once`() async throws {
        let server = try liveServer(handler: echo)
        server.shutdown()
        try await server.run()
        await #expect(throws: ServerError.self) { try await server.run() }
    }
}
