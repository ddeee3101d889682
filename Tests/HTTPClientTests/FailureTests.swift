import HTTPClient
import Synchronization
import Testing

struct FailureTests {
    typealias Expected = (code: HTTPClientError.Code, phase: HTTPClientError.Phase)

    @Test(arguments: [
        // Closed before, within and after the head.
        ("", HTTPClientError.Code.receive, HTTPClientError.Phase.firstByte),
        ("HTTP/1.1 200 O", .receive, .firstByte),
        ("HTTP/1.1 200 OK\r\n", .truncated, .firstByte),
        ("HTTP/1.1 200 OK\r\nContent-Le", .truncated, .firstByte),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", .truncated, .firstByte),
        ("HTTP/1.1 100 Continue\r\n\r\n", .truncated, .firstByte),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", .truncated, .body),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", .truncated, .body),
        // Chunks that end too early.
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .truncated, .body),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5", .truncated, .body),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", .truncated, .body),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello", .truncated, .body),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", .truncated, .body),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0", .truncated, .body),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", .truncated, .body),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Trailer: 1\r\n", .truncated, .body),
        // No HTTP.
        ("garbage\r\n\r\n", .protocolViolation, .firstByte),
        ("SSH-2.0-OpenSSH_9.2\r\n", .protocolViolation, .firstByte),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", .protocolViolation, .firstByte),
        ("HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n", .protocolViolation, .firstByte),
        ("HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\nhello", .protocolViolation, .firstByte),
        ("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", .protocolViolation, .firstByte),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", .protocolViolation, .body),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", .protocolViolation, .body),
    ])
    func `a response that breaks off is never a whole one`(
        response: String, code: HTTPClientError.Code, phase: HTTPClientError.Phase
    ) async throws {
        try await withServer(script: answeringOnce(response)) { client, server in
            let failure = await client.failure(ClientRequest(url: server.url + "path?secret=1"))
            #expect(failure?.code == code)
            #expect(failure?.phase == phase)
            #expect(failure?.host == "127.0.0.1:\(server.port)")
            #expect(failure?.isBeforeSending == false)
            #expect(failure?.message.contains("secret") == false)
            #expect(server.connectionCount == 1, "it is not sent again")
        }
    }

    @Test func `what came before the break is read first`() async throws {
        try await withServer(script: answeringOnce("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")) { client, server in
            var body = try await client.send(ClientRequest(url: server.url)).body.makeAsyncIterator()
            let piece = try await body.next()
            #expect(piece == Array("hello".utf8))
            for _ in 0..<2 { await #expect(throws: HTTPClientError.self) { _ = try await body.next() } }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 90_000) + "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 900_000) + "\r\n\r\n",
        "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 20_000) + "\r\n",
        String(repeating: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", count: 5_000),
    ])
    func `a head is only so large`(response: String) async throws {
        try await withServer(script: answeringOnce(response)) { client, server in
            let failure = await client.failure(ClientRequest(url: server.url))
            #expect(failure?.code == .tooLarge)
        }
    }

    @Test func `trailers are only so large`() async throws {
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n")
            let trailer = "X: " + String(repeating: "a", count: 3_000) + "\r\n"
            for _ in 0..<20_000 where !peer.write(trailer) { return }
        }) { client, server in
            let failure = await client.failure(ClientRequest(url: server.url))
            #expect(failure?.code == .tooLarge)
            #expect(failure?.phase == .body)
        }
    }

    @Test func `collect takes only so much`() async throws {
        try await withServer(script: answering(ok)) { client, server in
            let body = try await client.send(ClientRequest(url: server.url)).body
            let failure = await #expect(throws: HTTPClientError.self) { _ = try await body.collect(bytesMax: 4) }
            #expect(failure?.code == .tooLarge)
            #expect(failure?.host == "127.0.0.1:\(server.port)")
        }
    }

    @Test func `nobody listens`() async throws {
        let client = CurlClient()
        let port = ScriptedServer.refusingPort()
        let failure = await client.failure(ClientRequest(url: "http://127.0.0.1:\(port)/?secret"))
        #expect(failure?.code == .connect)
        #expect(failure?.phase == .connect)
        #expect(failure?.isBeforeSending == true)
        #expect(failure?.curlCode == 7)
        #expect(failure?.host == "127.0.0.1:\(port)")
        await client.shutdown()
    }

    @Test func `a name that does not resolve`() async throws {
        let client = CurlClient()
        let failure = await client.failure(ClientRequest(url: "http://name.invalid/?secret"))
        #expect(failure?.code == .resolve)
        #expect(failure?.host == "name.invalid:80")
        #expect(failure?.isBeforeSending == true)
        #expect(failure?.message.contains("secret") == false)
        await client.shutdown()
    }

    @Test func `a reset within the body`() async throws {
        let gate = Gate()
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
            gate.waitBlocking()
            peer.resetsOnClose()
        }) { client, server in
            var body = try await client.send(ClientRequest(url: server.url)).body.makeAsyncIterator()
            let piece = try await body.next()
            #expect(piece == Array("hello".utf8))
            gate.open()
            let failure = await #expect(throws: HTTPClientError.self) { _ = try await body.next() }
            #expect(failure?.code == .receive)
            #expect(failure?.phase == .body)
        }
    }

    @Test func `a client takes on only so many transfers`() async throws {
        let gate = Gate()
        var configuration = CurlClient.Configuration()
        configuration.transfersMax = 2
        try await withServer(
            configuration,
            script: { peer, _ in
                guard peer.readRequest() != nil else { return }
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
                gate.waitBlocking()
                peer.write("hello")
            }
        ) { client, server in
            let first = try await client.send(ClientRequest(url: server.url))
            let second = try await client.send(ClientRequest(url: server.url))
            let failure = await client.failure(ClientRequest(url: server.url))
            #expect(failure?.code == .overloaded)
            #expect(failure?.isBeforeSending == true)
            gate.open()
            _ = try await first.body.collect(bytesMax: 5)
            _ = try await second.body.collect(bytesMax: 5)
            let text = try await client.text(server.url)
            #expect(text == "hello")
        }
    }
}
