import HTTPClient
import Synchronization
import Testing

struct ReuseTests {
    private static let post = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    /// The first connection dies with its second request unanswered; later ones live.
    @Test(arguments: [true, false], [10, 3_000_000])
    func `a POST on a connection that died while idle is sent on a fresh one`(resets: Bool, byteCount: Int) async throws {
        try await withServer(script: { peer, number in
            while peer.readRequest() != nil {
                peer.write(ok)
                if number == 0 { break }
            }
            if number == 0 && resets { peer.resetsOnClose() }
        }) { client, server in
            let body = [UInt8](repeating: 7, count: byteCount)
            for _ in 0..<3 {
                let response = try await client.send(ClientRequest(method: .post, url: server.url, body: body))
                let text = try await response.body.collect(bytesMax: 5)
                #expect(text == Array("hello".utf8))
            }
            #expect(server.connectionCount == 2)
        }
    }

    /// The server closes in the instant the second request arrives: the race no check before sending can avoid.
    @Test(arguments: [true, false], [10, 3_000_000])
    func `a POST that met the closing of its reused connection is sent again`(resets: Bool, byteCount: Int) async throws {
        let counts = Mutex([Int: Int]())
        try await withServer(script: { peer, number in
            while peer.readRequest() != nil {
                let count = counts.withLock { counts in
                    counts[number, default: 0] += 1
                    return counts[number]!
                }
                if number == 0 && count == 2 {
                    if resets { peer.resetsOnClose() }
                    return
                }
                peer.write(ok)
            }
        }) { client, server in
            for _ in 0..<3 {
                let request = ClientRequest(method: .post, url: server.url, body: [UInt8](repeating: 7, count: byteCount))
                let text = try await client.send(request).body.collect(bytesMax: 5)
                #expect(text == Array("hello".utf8))
            }
            #expect(counts.withLock { $0 } == [0: 2, 1: 2])
        }
    }

    @Test func `a request whose answer has begun is not sent again`() async throws {
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil, peer.write(ok), peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\nContent-Le")
        }) { client, server in
            _ = try await client.text(server.url)
            let failure = await client.failure(ClientRequest(url: server.url))
            #expect(failure?.code == .truncated)
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `a connection with an unread rest is not used again`() async throws {
        let closed = Gate()
        try await withServer(script: { peer, number in
            guard peer.readRequest() != nil else { return }
            if number > 0 {
                peer.write(ok)
                return
            }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            if peer.waitForClose() { closed.open() }
        }) { client, server in
            do { _ = try await client.send(ClientRequest(url: server.url)) }
            await closed.wait()
            let text = try await client.text(server.url)
            #expect(text == "hello")
            #expect(server.connectionCount == 2)
        }
    }

    @Test func `only so many idle connections are kept`() async throws {
        let count = 12
        let everyone = Gate()
        let waiting = Counter()
        let closed = AsyncStream<Void>.makeStream()
        var configuration = CurlClient.Configuration()
        configuration.idleConnectionsMax = 2
        try await withServer(
            configuration,
            script: { peer, _ in
                guard peer.readRequest() != nil else { return }
                if waiting.next() == count { everyone.open() }
                everyone.waitBlocking()
                peer.write(ok)
                if peer.waitForClose() { closed.continuation.yield() }
            }
        ) { client, server in
            try await withThrowingTaskGroup { group in
                for _ in 0..<count { group.addTask { try await client.text(server.url) } }
                try await group.waitForAll()
            }
            // All but the two (and one that may have been on its way between the two counts) have been closed.
            var closures = closed.stream.makeAsyncIterator()
            for _ in 0..<count - 3 { await closures.next() }
            #expect(server.connectionCount == count)
        }
    }
}
