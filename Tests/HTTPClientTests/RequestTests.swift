import Foundation
import HTTPClient
import HTTPTypes
import Synchronization
import Testing

struct RequestTests {
    /// The request as the server saw it.
    private func sent(_ edit: (inout ClientRequest) -> Void) async throws -> Peer.Request {
        let seen = Mutex<Peer.Request?>(nil)
        try await withServer(script: { peer, _ in
            guard let request = peer.readRequest() else { return }
            seen.withLock { $0 = request }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }) { client, server in
            var request = ClientRequest(url: "http://127.0.0.1:\(server.port)/")
            edit(&request)
            request.url = request.url.replacingOccurrences(of: "PORT", with: "\(server.port)")
            _ = try await client.send(request).body.collect(bytesMax: 0)
        }
        return try #require(seen.withLock { $0 })
    }

    private func lines(_ request: Peer.Request) -> [String] {
        request.head.components(separatedBy: "\r\n").filter { !$0.hasPrefix("Host: 127.0.0.1:") }
    }

    @Test func `a plain request carries the host and the user agent and nothing else`() async throws {
        let request = try await sent { _ in }
        #expect(lines(request) == ["GET / HTTP/1.1", "User-Agent: outcrop"])
        #expect(request.field("Host")?.hasPrefix("127.0.0.1:") == true)
    }

    @Test(arguments: [
        "/a/../b/./c", "/%2e%2E/%2f?q=%2F&r=a+b&s='\"()*!~", "/model/a%3Ab/converse-stream", "/a//b///", "/?", "/{a}|[b]^`\\",
    ])
    func `path and query go out byte for byte`(target: String) async throws {
        let request = try await sent { $0.url = "http://127.0.0.1:PORT" + target }
        #expect(request.head.hasPrefix("GET \(target) HTTP/1.1\r\n"))
    }

    @Test func `a URL without a path asks for the root, and a fragment stays here`() async throws {
        let rootless = try await sent { $0.url = "http://127.0.0.1:PORT" }
        #expect(lines(rootless)[0] == "GET / HTTP/1.1")
        let fragment = try await sent { $0.url = "HTTP://127.0.0.1:PORT/a?b#c" }
        #expect(lines(fragment)[0] == "GET /a?b HTTP/1.1")
    }

    @Test func `fields go out as they are, in order, and replace what the client would add`() async throws {
        let request = try await sent {
            $0.headerFields = [.userAgent: "mine", .accept: "text/plain", HTTPField.Name("Host")!: "other.example"]
            $0.headerFields.append(HTTPField(name: .init("X-Amz-Date")!, value: "20260101T000000Z"))
            $0.headerFields.append(HTTPField(name: .init("x-empty")!, value: ""))
            $0.headerFields.append(HTTPField(name: .init("X-Twice")!, value: "1"))
            $0.headerFields.append(HTTPField(name: .init("X-Twice")!, value: "2; a=\"b\", ü"))
        }
        #expect(
            lines(request) == [
                "GET / HTTP/1.1", "Host: other.example", "User-Agent: mine", "Accept: text/plain",
                "X-Amz-Date: 20260101T000000Z", "x-empty:", "X-Twice: 1", "X-Twice: 2; a=\"b\", ü",
            ])
    }

    @Test func `values that are blank or not UTF-8 go out as they are`() async throws {
        let request = try await sent {
            $0.headerFields.append(HTTPField(name: .init("X-Blank")!, lenientValue: Array("  ".utf8)))
            $0.headerFields.append(HTTPField(name: .init("X-Latin")!, value: [0x66, 0xFC, 0x72]))
        }
        #expect(lines(request) == ["GET / HTTP/1.1", "User-Agent: outcrop", "X-Blank:", "X-Latin: f\u{FC}r"])
    }

    @Test func `a body has its length and no type of its own`() async throws {
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let request = try await sent {
            $0.method = .post
            $0.body = body
        }
        #expect(lines(request) == ["POST / HTTP/1.1", "User-Agent: outcrop", "Content-Length: 3000000"])
        #expect(request.body == body)
    }

    @Test(arguments: [
        (HTTPRequest.Method.put, "", "PUT / HTTP/1.1|User-Agent: outcrop|Content-Length: 0"),
        (.put, "x", "PUT / HTTP/1.1|User-Agent: outcrop|Content-Length: 1"),
        (.post, "", "POST / HTTP/1.1|User-Agent: outcrop|Content-Length: 0"),
        (.patch, "x", "PATCH / HTTP/1.1|User-Agent: outcrop|Content-Length: 1"),
        (.delete, "", "DELETE / HTTP/1.1|User-Agent: outcrop"),
        (.delete, "x", "DELETE / HTTP/1.1|User-Agent: outcrop|Content-Length: 1"),
        (.get, "x", "GET / HTTP/1.1|User-Agent: outcrop|Content-Length: 1"),
        (.options, "", "OPTIONS / HTTP/1.1|User-Agent: outcrop"),
    ])
    func `each method has its framing`(method: HTTPRequest.Method, body: String, expected: String) async throws {
        let request = try await sent {
            $0.method = method
            $0.body = Array(body.utf8)
        }
        #expect(lines(request).joined(separator: "|") == expected)
        #expect(request.body == Array(body.utf8))
    }

    @Test func `the answer to HEAD has fields and no body`() async throws {
        try await withServer(script: answering("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")) { client, server in
            for _ in 0..<2 {
                let response = try await client.send(ClientRequest(method: .head, url: server.url))
                #expect(response.headerFields[.contentLength] == "500")
                let body = try await response.body.collect(bytesMax: 0)
                #expect(body.isEmpty)
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `a redirect is an answer like any other`() async throws {
        let redirect = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
        try await withServer(script: answering(redirect)) { client, server in
            let response = try await client.send(ClientRequest(url: server.url))
            #expect(response.status.code == 302)
            #expect(response.headerFields[.location] == "/elsewhere")
        }
    }

    @Test func `a compressed body stays compressed`() async throws {
        let response = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"
        try await withServer(script: answering(response)) { client, server in
            let text = try await client.text(server.url)
            #expect(text == "hello")
        }
    }

    @Test(arguments: [
        "", "localhost", "/path", "ftp://localhost/", "file:///etc/passwd", "http:/localhost", "http//localhost", "http://",
        "http:///a",
        "http://a b/", "http://localhost/\u{0}", "http://localhost/\r\nX: y", "http://localhost/ü",
        "http://user:secret@localhost/", "http://localhost\\@127.0.0.1/", "http://localhost\\@127.0.0.1:1/secret",
        "http://localhost\\/",
        "http://localhost/" + String(repeating: "a", count: 70_000), "gopher://localhost/", "httpx://localhost/",
        "http://localhost:99999/",
        "http://localhost:1x/", "http://[::1/",
    ])
    func `refuses a URL that is none`(url: String) async throws {
        let client = CurlClient()
        let failure = await client.failure(ClientRequest(url: url))
        #expect(failure?.code == .invalidRequest)
        #expect(failure?.phase == .connect)
        #expect(failure?.message.contains("secret") == false)
        await client.shutdown()
    }

    @Test func `refuses a HEAD with a body`() async throws {
        try await withServer(script: answering(ok)) { client, server in
            let failure = await client.failure(ClientRequest(method: .head, url: server.url, body: [1]))
            #expect(failure?.code == .invalidRequest)
            #expect(server.connectionCount == 0)
        }
    }

    @Test func `refuses framing that contradicts the body`() async throws {
        let client = CurlClient()
        for fields: HTTPFields in [[.contentLength: "4"], [.transferEncoding: "chunked"]] {
            let request = ClientRequest(method: .post, url: "http://localhost:1/", headerFields: fields, body: [1, 2, 3])
            let failure = await client.failure(request)
            #expect(failure?.code == .invalidRequest)
        }
        await client.shutdown()
    }
}
