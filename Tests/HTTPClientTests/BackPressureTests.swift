import HTTPClient
import Synchronization
import Testing

struct BackPressureTests {
    /// Position-dependent, so that nothing can be lost, doubled or swapped unnoticed.
    private static func pattern(_ range: Range<Int>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: range.count) { bytes, count in
            for offset in range { bytes[offset - range.lowerBound] = UInt8(truncatingIfNeeded: (offset &* 2_654_435_761) >> 13) }
            count = range.count
        }
    }

    private static func sum(_ bytes: [UInt8], into sum: inout UInt64) {
        bytes.withUnsafeBufferPointer { for byte in $0 { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 } }
    }

    @Test(arguments: [true, false])
    func `a stalled reader stops the server, and then gets every byte`(isChunked: Bool) async throws {
        let pieceBytes = 50_021
        let pieceCount = 800
        let expected = Mutex<UInt64>(0)
        let written = Mutex(0)
        let stalled = Gate()
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(pieceBytes * pieceCount)"
            peer.write("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n")
            var sum: UInt64 = 0
            for number in 0..<pieceCount {
                let piece = Self.pattern(number * pieceBytes..<(number + 1) * pieceBytes)
                Self.sum(piece, into: &sum)
                expected.withLock { $0 = sum }
                let framed = isChunked ? Array("\(String(pieceBytes, radix: 16))\r\n".utf8) + piece + [13, 10] : piece
                if !peer.canWrite(within: 300) { stalled.open() }
                guard peer.write(framed) else { return }
                written.withLock { $0 += piece.count }
            }
            if isChunked { peer.write("0\r\n\r\n") }
        }) { client, server in
            let response = try await client.send(ClientRequest(url: server.url))
            await stalled.wait()
            // What the kernel's two socket buffers took (tcp_wmem, tcp_rmem: at most 4 + 6 MB here) and we hold.
            #expect(written.withLock { $0 } < pieceBytes * pieceCount)
            var (sum, count) = (UInt64(0), 0)
            var sizes: [Int] = []
            for try await piece in response.body {
                sizes.append(piece.count)
                Self.sum(piece, into: &sum)
                count += piece.count
            }
            #expect(sizes.allSatisfy { (1...ClientResponseBody.bufferedBytesMax).contains($0) }, "\(sizes.max() ?? 0)")
            #expect(count == pieceBytes * pieceCount)
            #expect(sum == expected.withLock { $0 })
        }
    }

    @Test func `a stalled reader holds up nobody else`() async throws {
        let stalledServer = ScriptedServer { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\n\r\n")
            while peer.write([UInt8](repeating: 7, count: 65_536)) {}
        }
        defer { stalledServer.stop() }
        try await withServer(script: answering(ok)) { client, server in
            let stalled = try await client.send(ClientRequest(url: stalledServer.url))
            for _ in 0..<200 {
                let text = try await client.text(server.url)
                #expect(text == "hello")
            }
            var iterator = stalled.body.makeAsyncIterator()
            let piece = try await iterator.next()
            #expect(piece?.isEmpty == false)
        }
    }

    @Test func `a reader that takes piece by piece sees them in order`() async throws {
        let count = 5_000
        try await withServer(script: { peer, _ in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for number in 0..<count { peer.write("5\r\n\(10_000 + number)\r\n") }
            peer.write("0\r\n\r\n")
        }) { client, server in
            let text = try await client.text(server.url)
            #expect(text == (0..<count).map { "\(10_000 + $0)" }.joined())
        }
    }
}
