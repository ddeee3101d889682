import HTTPClient
import Testing

struct ShutdownTests {
    @Test func `a shutdown ends transfers before and after their heads`() async throws {
        let (headSent, requestRead) = (Gate(), Gate())
        let server = ScriptedServer { peer, number in
            guard peer.readRequest() != nil else { return }
            if number == 0 {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
                headSent.open()
            } else {
                requestRead.open()
            }
            _ = peer.waitForClose()
        }
        defer { server.stop() }
        let client = CurlClient()
        let response = try await client.send(ClientRequest(url: server.url))
        async let waiting = client.failure(ClientRequest(url: server.url))
        await requestRead.wait()
        await client.shutdown()
        let failure = await waiting
        #expect(failure?.code == .closed)
        #expect(failure?.phase == .firstByte)
        #expect(failure?.isBeforeSending == false)
        let bodyFailure = await #expect(throws: HTTPClientError.self) { _ = try await response.body.collect(bytesMax: 10) }
        #expect(bodyFailure?.code == .closed)
    }

    @Test func `after a shutdown nothing is sent`() async throws {
        try await withServer(script: answering(ok)) { client, server in
            _ = try await client.text(server.url)
            await client.shutdown()
            let failure = await client.failure(ClientRequest(url: server.url))
            #expect(failure?.code == .closed)
            #expect(failure?.isBeforeSending == true)
            #expect(failure?.host == "127.0.0.1:\(server.port)")
            let warming = await #expect(throws: HTTPClientError.self) { try await client.warmUp() }
            #expect(warming?.code == .closed)
        }
    }

    @Test func `a client that sent nothing shuts down, and more than once`() async throws {
        let client = CurlClient()
        await client.shutdown()
        await client.shutdown()
        let warm = CurlClient()
        try await warm.warmUp()
        await withTaskGroup { group in
            for _ in 0..<8 { group.addTask { await warm.shutdown() } }
        }
    }

    @Test func `requests race a shutdown`() async throws {
        for _ in 0..<50 {
            let server = ScriptedServer(answering(ok))
            defer { server.stop() }
            let client = CurlClient()
            await withTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        let failure = await client.failure(ClientRequest(url: server.url))
                        #expect(failure == nil || failure?.code == .closed)
                    }
                }
                group.addTask { await client.shutdown() }
            }
        }
    }
}
