import HTTPClient
import Testing

struct CancellationTests {
    @Test func `a task cancelled before the head ends the transfer`() async throws {
        let (arrived, closed) = (Gate(), Gate())
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            arrived.open()
            if peer.waitForClose() { closed.open() }
        }) { client, server in
            let task = Task { try await client.send(ClientRequest(url: server.url)) }
            await arrived.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            await closed.wait()
        }
    }

    @Test func `a task cancelled within the body ends the transfer`() async throws {
        let closed = Gate()
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            if peer.waitForClose() { closed.open() }
        }) { client, server in
            let body = try await client.send(ClientRequest(url: server.url)).body
            let first = Gate()
            let task = Task {
                for try await _ in body { first.open() }
            }
            await first.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            await closed.wait()
            await #expect(throws: CancellationError.self) { _ = try await body.collect(bytesMax: 10) }
        }
    }

    @Test func `a cancelled task sends nothing`() async throws {
        try await withServer(script: answering(ok)) { client, server in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.text(server.url)
            }
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            #expect(server.connectionCount == 0)
        }
    }

    @Test func `letting go of a body ends the transfer`() async throws {
        let closed = Gate()
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            if peer.waitForClose() { closed.open() }
        }) { client, server in
            do {
                let response = try await client.send(ClientRequest(url: server.url))
                for try await piece in response.body {
                    #expect(piece == Array("hello".utf8))
                    break
                }
            }
            await closed.wait()
        }
    }

    @Test func `letting go of a paused body ends the transfer`() async throws {
        let closed = Gate()
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\n\r\n")
            while peer.write([UInt8](repeating: 7, count: 65_536)) {}
            closed.open()
        }) { client, server in
            do {
                let response = try await client.send(ClientRequest(url: server.url))
                var sizes: [Int] = []
                for try await piece in response.body {
                    sizes.append(piece.count)
                    if sizes.count == 3 { break }
                }
                #expect(sizes.count == 3)
            }
            await closed.wait()
        }
    }

    @Test func `a body keeps its client until it is read`() async throws {
        let server = ScriptedServer(answering(ok))
        defer { server.stop() }
        let body: ClientResponseBody
        do { body = try await CurlClient().send(ClientRequest(url: server.url)).body }
        let bytes = try await body.collect(bytesMax: 5)
        #expect(bytes == Array("hello".utf8))
    }
}
