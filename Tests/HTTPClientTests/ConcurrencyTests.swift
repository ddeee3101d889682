import HTTPClient
import Testing

struct ConcurrencyTests {
    /// None gets its body before all have their heads, so they really run at the same time.
    @Test func `a thousand streams at the same time`() async throws {
        let count = 1_000
        let frames = 20
        let everyone = Gate()
        let waiting = Counter()
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            everyone.waitBlocking()
            for number in 0..<frames { peer.write("3\r\n\(100 + number)\r\n") }
            peer.write("0\r\n\r\n")
        }) { client, server in
            try await withThrowingTaskGroup { group in
                for _ in 0..<count {
                    group.addTask {
                        let response = try await client.send(ClientRequest(url: server.url))
                        if waiting.next() == count { everyone.open() }
                        return try await response.body.collect(bytesMax: 1_000)
                    }
                }
                let expected = Array((0..<frames).map { "\(100 + $0)" }.joined().utf8)
                var equal = 0
                for try await body in group where body == expected { equal += 1 }
                #expect(equal == count)
            }
            #expect(server.connectionCount == count)
        }
    }

    @Test func `many short requests from many tasks`() async throws {
        try await withServer(script: answering(ok)) { client, server in
            try await withThrowingTaskGroup { group in
                for _ in 0..<32 {
                    group.addTask {
                        for _ in 0..<50 {
                            let text = try await client.text(server.url)
                            #expect(text == "hello")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.connectionCount <= 32)
        }
    }
}
