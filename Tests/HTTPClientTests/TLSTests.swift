import HTTPClient
import Testing

struct TLSTests {
    private func withClient<Result>(
        trusting server: TLSServer?, _ body: (CurlClient) async throws -> Result
    ) async throws -> Result {
        var configuration = CurlClient.Configuration()
        configuration.certificateAuthorities = server?.certificate
        let client = CurlClient(configuration)
        let result: Result
        do { result = try await body(client) } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
        return result
    }

    @Test func `a configured authority is trusted`() async throws {
        let server = try TLSServer()
        let text = try await withClient(trusting: server) { try await $0.text(server.url) }
        #expect(text.contains("TLSv1.3"))
    }

    @Test func `an unknown authority is not`() async throws {
        let server = try TLSServer()
        let failure = try await withClient(trusting: nil) { await $0.failure(ClientRequest(url: server.url + "?secret")) }
        #expect(failure?.code == .tls)
        #expect(failure?.phase == .connect)
        #expect(failure?.isBeforeSending == true)
        #expect(failure?.curlCode == 60)
        #expect(failure?.message.contains("certificate") == true)
        #expect(failure?.message.contains("secret") == false)
    }

    @Test func `a certificate for another name is refused`() async throws {
        let server = try TLSServer()
        let url = "https://127.0.0.1:\(server.port)/"
        let failure = try await withClient(trusting: server) { await $0.failure(ClientRequest(url: url)) }
        #expect(failure?.code == .tls)
    }

    @Test func `TLS before 1.2 is refused`() async throws {
        let server = try TLSServer(["-www", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
        let failure = try await withClient(trusting: server) { await $0.failure(ClientRequest(url: server.url)) }
        #expect(failure?.code == .tls)
        #expect(failure?.phase == .connect)
    }

    @Test func `a missing file of authorities is named`() async throws {
        let server = try TLSServer()
        var configuration = CurlClient.Configuration()
        configuration.certificateAuthorities = "/nowhere/authorities.pem"
        let client = CurlClient(configuration)
        let failure = await client.failure(ClientRequest(url: server.url))
        await client.shutdown()
        #expect(failure?.code == .tls)
        #expect(failure?.message.contains("/nowhere/authorities.pem") == true)
    }

    @Test func `plain HTTP where TLS is spoken`() async throws {
        try await withServer(script: { peer, _ in peer.write("HTTP/1.1 400 Bad Request\r\n\r\n") }) { client, server in
            let failure = await client.failure(ClientRequest(url: "https://127.0.0.1:\(server.port)/"))
            #expect(failure?.code == .tls)
        }
    }

    @Test func `a body that TLS cuts short is truncated`() async throws {
        let server = try TLSServer([])
        let failure = try await withClient(trusting: server) { client in
            server.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello")
            var body = try await client.send(ClientRequest(url: server.url)).body.makeAsyncIterator()
            let piece = try await body.next()
            #expect(piece == Array("hello".utf8))
            server.kill()
            return await #expect(throws: HTTPClientError.self) { _ = try await body.next() }
        }
        #expect(failure?.code == .truncated)
    }

    @Test(arguments: [(false, "http/1.1"), (true, "h2, http/1.1")])
    func `HTTP 2 is offered only when the request allows it`(allowsHTTP2: Bool, offered: String) async throws {
        let server = try TLSServer(["-alpn", "http/1.1"])
        server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        _ = try await withClient(trusting: server) { client in
            try await client.send(ClientRequest(url: server.url, allowsHTTP2: allowsHTTP2)).body.collect(bytesMax: 0)
        }
        #expect(server.outputAfterKill().contains("ALPN protocols advertised by the client: \(offered)\n"))
    }
}
