import HTTPClient
import HTTPTypes
import Testing

struct ResponseTests {
    @Test func `a response has status, fields and body`() async throws {
        let response = "HTTP/1.1 404 Not here\r\nContent-Length: 5\r\nX-Two: a\r\nx-two:  b \r\nX-Empty:\r\n\r\nhello"
        try await withServer(script: answering(response)) { client, server in
            let response = try await client.send(ClientRequest(url: server.url))
            #expect(response.status.code == 404)
            #expect(response.status.reasonPhrase == "Not here")
            #expect(response.headerFields[values: HTTPField.Name("X-Two")!] == ["a", "b"])
            #expect(response.headerFields[HTTPField.Name("X-Empty")!] == "")
            let body = try await response.body.collect(bytesMax: 5)
            #expect(body == Array("hello".utf8))
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n", "hello"),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", "hello"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        ("HTTP/1.1 204 No Content\r\n\r\n", ""),
        ("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", "hi"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok, "hello"),
    ])
    func `every framing of a body is understood`(response: String, body: String) async throws {
        try await withServer(script: answeringOnce(response)) { client, server in
            let text = try await client.text(server.url)
            #expect(text == body)
        }
    }

    @Test func `a response may come byte by byte`() async throws {
        let response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            for byte in response.utf8 { peer.write([byte]) }
        }) { client, server in
            let text = try await client.text(server.url)
            #expect(text == "hello")
        }
    }

    @Test func `what came together is read together`() async throws {
        let chunks = String(repeating: "5\r\nframe\r\n", count: 40)
        let response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n"
        try await withServer(script: answeringOnce(response)) { client, server in
            let response = try await client.send(ClientRequest(url: server.url))
            var pieces: [Int] = []
            for try await piece in response.body { pieces.append(piece.count) }
            #expect(pieces == [200])
        }
    }

    @Test func `connections are used again`() async throws {
        try await withServer(script: answering(ok)) { client, server in
            var texts: [String] = []
            for _ in 0..<20 { texts.append(try await client.text(server.url)) }
            #expect(texts == Array(repeating: "hello", count: 20))
            #expect(server.connectionCount == 1)
        }
    }
}
