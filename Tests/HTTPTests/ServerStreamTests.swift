import HTTPTypes
import Logging
import Testing

@testable import HTTP

@Suite struct ServerStreamTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func streaming(
        _ contentLength: Int? = nil, _ produce: @escaping @Sendable (any ResponseWriter) async throws -> Void
    ) -> Handler {
        { _ in ServerResponse(status: .ok, body: .stream(contentLength: contentLength, produce)) }
    }

    @Test func `sends every write at once, the head with the first`() async throws {
        let (second, third) = (Gate(), Gate())
        try await withServer(
            handler: Self.streaming { writer in
                try await writer.write(Array("one".utf8))
                await second.wait()
                try await writer.write(Array("two".utf8))
                await third.wait()
            },
            client: { port in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                let first = String(decoding: try client.receive(), as: UTF8.self)
                #expect(first.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(first.contains("transfer-encoding: chunked\r\n"))
                #expect(first.hasSuffix("\r\n\r\n3\r\none\r\n"))
                second.open()
                #expect(try client.receive() == Array("3\r\ntwo\r\n".utf8))
                third.open()
                #expect(try client.receive() == Array("0\r\n\r\n".utf8))
            })
    }

    @Test(arguments: [true, false]) func `the last write carries the body's end, and the connection stays`(
        isFirst: Bool
    ) async throws {
        try await withServer(
            handler: Self.streaming { writer in
                if !isFirst { try await writer.write(Array("one".utf8)) }
                try await writer.writeLast(Array("two".utf8))
                // One that comes too late is refused and harms nobody.
                await #expect(throws: ServerError.self) { try await writer.write(Array("late".utf8)) }
            },
            client: { port in
                let client = try RawClient(port: port)
                for _ in 0..<2 {
                    try client.send(Self.get)
                    try client.read(until: "\r\n\r\n")
                    #expect(try client.readChunks() == Array((isFirst ? "two" : "onetwo").utf8))
                }
            })
        try await withServer(
            handler: Self.streaming { try await $0.writeLast(Array("two".utf8)) },
            client: { port in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                #expect(String(decoding: try client.receive(), as: UTF8.self).hasSuffix("\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"))
            })
    }

    @Test func `sends the head alone for an empty write, and no empty chunk`() async throws {
        let gate = Gate()
        try await withServer(
            handler: Self.streaming { writer in
                try await writer.write([])
                try await writer.write([])
                await gate.wait()
                try await writer.write([65])
            },
            client: { port in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                try client.read(until: "\r\n\r\n")
                gate.open()
                #expect(try client.readChunks() == [65])
            })
    }

    @Test func `keeps the connection after a stream`() async throws {
        try await withServer(
            handler: Self.streaming { writer in
                for number in 0..<1_000 { try await writer.write(Array("\(number),".utf8)) }
            },
            client: { port in
                let client = try RawClient(port: port)
                let expected = (0..<1_000).map { "\($0)," }.joined()
                for _ in 0..<3 { #expect(try client.exchange(Self.get).text == expected) }
            })
    }

    @Test func `ends a stream to HTTP 1.0 with the connection`() async throws {
        try await withServer(
            handler: Self.streaming { try await $0.write(Array("hello".utf8)) },
            client: { port in
                let response = try RawClient(port: port).exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(response.text == "hello")
                #expect(response.fields["transfer-encoding"] == nil)
                #expect(response.fields["connection"] == "close")
            })
    }

    @Test func `sends a stream of known length without chunks`() async throws {
        try await withServer(
            handler: Self.streaming(6) { writer in
                try await writer.write([65, 66, 67])
                try await writer.write([68, 69, 70])
            },
            client: { port in
                let client = try RawClient(port: port)
                for _ in 0..<2 { #expect(try client.exchange(Self.get).text == "ABCDEF") }
            })
    }

    @Test func `cuts a stream that ends before its declared length`() async throws {
        try await withServer(handler: Self.streaming(6) { try await $0.write([65, 66, 67]) }) { port in
            let client = try RawClient(port: port)
            try client.send(Self.get)
            #expect(throws: RawClient.Failure.truncated(received: "ABC")) { try client.readResponse() }
        }
    }

    @Test func `cuts a stream that goes beyond its declared length`() async throws {
        let refused = Collected<ServerError.Code?>()
        try await withServer(
            handler: Self.streaming(4) { writer in
                try await writer.write([65, 66, 67])
                do { try await writer.write([68, 69]) } catch { refused.append((error as? ServerError)?.code) }
            },
            client: { port in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                #expect(throws: RawClient.Failure.truncated(received: "ABC")) { try client.readResponse() }
            })
        #expect(refused.all == [.contentLengthMismatch])
    }

    struct Failed: Error {}

    @Test func `answers properly when a stream fails before its first write`() async throws {
        try await withServer(handler: Self.streaming { _ in throw Failed() }) { port in
            let client = try RawClient(port: port)
            for _ in 0..<2 { #expect(try client.exchange(Self.get).status == 500) }
        }
    }

    @Test func `sends no last chunk when a stream fails after its first write`() async throws {
        try await withServer(
            handler: Self.streaming { writer in
                try await writer.write(Array("one".utf8))
                throw Failed()
            },
            client: { port in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                #expect(try client.readToEnd().hasSuffix("\r\n\r\n3\r\none\r\n"))
            })
    }

    @Test func `a client that leaves is no error, a stream that fails is one`() async throws {
        for leaves in [true, false] {
            let levels = LevelRecorder()
            let done = Gate()
            try await withServer(
                logger: Logger(label: "test") { _ in levels },
                handler: Self.streaming { writer in
                    defer { done.open() }
                    try await writer.write(Array("one".utf8))
                    if !leaves { throw Failed() }
                    while true { try await writer.write([UInt8](repeating: 65, count: 65_536)) }
                },
                client: { port in
                    let client = try RawClient(port: port)
                    try client.send(Self.get)
                    try client.read(until: "one")
                    if leaves { client.reset() }
                    #expect(done.waitBlocking())
                })
            #expect(levels.of("a response was cut") == [leaves ? .debug : .error])
        }
    }

    @Test func `resets a close-delimited stream that fails`() async throws {
        let gate = Gate()
        try await withServer(
            handler: Self.streaming { writer in
                try await writer.write(Array("one".utf8))
                await gate.wait()
                throw Failed()
            },
            client: { port in
                let client = try RawClient(port: port)
                try client.send("GET / HTTP/1.0\r\n\r\n")
                try client.read(until: "one")
                gate.open()
                #expect(throws: RawClient.Failure.system("recv", 104)) { try client.receive() }
            })
    }

    @Test func `sends the writes of several tasks whole`() async throws {
        try await withServer(
            handler: Self.streaming { writer in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for letter in UInt8(65)...72 {
                        group.addTask {
                            for size in 1...40 { try await writer.write([UInt8](repeating: letter, count: size * 500)) }
                        }
                    }
                    try await group.waitForAll()
                }
            },
            client: { port in
                let client = try RawClient(port: port)
                try client.send(Self.get)
                try client.read(until: "\r\n\r\n")
                var byteCount = 0
                while let chunk = try client.readChunk() {
                    #expect(Set(chunk).count == 1)
                    byteCount += chunk.count
                }
                #expect(byteCount == 8 * 500 * 40 * 41 / 2)
            })
    }

    /// The handler would write 256 MB; what the kernel's two buffers hold is all that may be taken.
    @Test func `holds a stream back, and cuts it, when the client reads nothing`() async throws {
        let (written, failure) = (Collected<Int>(), Collected<ServerError.Code?>())
        let done = Gate()
        try await withServer(
            { $0.limits.writeSeconds = 0.2 },
            handler: Self.streaming { writer in
                defer { done.open() }
                do {
                    for _ in 0..<4_096 {
                        try await writer.write([UInt8](repeating: 65, count: 65_536))
                        written.append(65_536)
                    }
                } catch {
                    failure.append((error as? ServerError)?.code)
                    throw error
                }
            },
            client: { port in
                let client = try RawClient(port: port, receiveBufferBytes: 16_384)
                try client.send(Self.get)
                #expect(done.waitBlocking())
            })
        #expect(failure.all == [.writeTimedOut])
        #expect(written.all.reduce(0, +) < 16_000_000)
    }

    @Test func `delivers a large body to a slow reader`() async throws {
        let size = 20_000_000
        try await withServer(handler: { _ in ServerResponse(status: .ok, body: .bytes([UInt8](repeating: 7, count: size))) }) {
            port in
            let client = try RawClient(port: port, receiveBufferBytes: 16_384)
            #expect(try client.exchange(Self.get).body == [UInt8](repeating: 7, count: size))
        }
    }

    @Test(arguments: ["close", "reset", "half-close"])
    func `cancels the handler when the client leaves`(way: String) async throws {
        let (started, cancelled) = (Gate(), Gate())
        let records = Collected<AccessRecord>()
        try await withServer(
            { configuration in
                configuration.limits.halfClosedSeconds = 0.05
                configuration.onAccess = { records.append($0) }
            },
            handler: { _ in
                started.open()
                defer { cancelled.open() }
                try await untilCancelled()
                return .text("never")
            },
            client: { port in try Self.leave(port, way, started, cancelled) })
        #expect(records.all.map(\.isCancelled) == [true])
        #expect(records.all.map(\.status) == [nil])
    }

    @Test(arguments: ["close", "reset", "half-close"])
    func `cancels a stream when the client leaves`(way: String) async throws {
        let (started, cancelled) = (Gate(), Gate())
        try await withServer(
            { $0.limits.halfClosedSeconds = 0.05 },
            handler: Self.streaming { writer in
                try await writer.write([65])
                started.open()
                defer { cancelled.open() }
                try await untilCancelled()
            },
            client: { port in try Self.leave(port, way, started, cancelled) })
    }

    @Test(arguments: ["close", "reset", "half-close"])
    func `a client that leaves after the end has had a whole answer`(way: String) async throws {
        let (started, left) = (Gate(), Gate())
        let records = Collected<AccessRecord>()
        try await withServer(
            { configuration in
                configuration.limits.halfClosedSeconds = 0.05
                configuration.onAccess = { records.append($0) }
            },
            handler: Self.streaming { writer in
                try await writer.writeLast([65])
                started.open()
                defer { left.open() }
                try? await untilCancelled()
            },
            client: { port in try Self.leave(port, way, started, left) })
        #expect(records.all.map(\.isCancelled) == [false])
    }

    private static func leave(_ port: Int, _ way: String, _ started: Gate, _ cancelled: Gate) throws {
        let client = try RawClient(port: port)
        try client.send(get)
        #expect(started.waitBlocking())
        switch way {
        case "close": client.close()
        case "reset": client.reset()
        default: client.finishWriting()
        }
        #expect(cancelled.waitBlocking())
    }
}
