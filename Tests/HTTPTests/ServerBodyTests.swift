import HTTPTypes
import Logging
import Testing

@testable import HTTP

@Suite struct ServerBodyTests {
    @Test func `gives a body in pieces of at most 64 KiB`() async throws {
        let sizes = Collected<Int>()
        try await withServer(
            handler: { request in
                for try await piece in request.body { sizes.append(piece.count) }
                return .text("ok")
            },
            client: { port in
                let client = try RawClient(port: port)
                let body = [UInt8](repeating: 7, count: 3_000_000)
                try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n")
                try client.send(body)
                #expect(try client.readResponse().status == 200)
                try client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<3 {
                    try client.send("f4240\r\n")
                    try client.send([UInt8](repeating: 7, count: 1_000_000))
                    try client.send("\r\n")
                }
                try client.send("0\r\n\r\n")
                #expect(try client.readResponse().status == 200)
            })
        #expect(sizes.all.reduce(0, +) == 6_000_000)
        #expect(sizes.all.allSatisfy { (1...65_536).contains($0) })
    }

    private static let expecting = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"

    @Test func `sends 100 Continue when the handler reads the body`() async throws {
        try await withServer(handler: echo) { port in
            let client = try RawClient(port: port)
            for _ in 0..<2 {
                #expect(try client.exchange(Self.expecting).status == 100)
                #expect(try client.exchange("abc").text == "POST / abc")
            }
        }
    }

    @Test func `sends no 100 Continue when the handler answers without reading, and closes`() async throws {
        try await withServer(handler: { _ in .text("no", status: .unauthorized) }) { port in
            let client = try RawClient(port: port)
            let response = try client.exchange(Self.expecting)
            #expect(response.status == 401)
            #expect(response.fields["connection"] == "close")
            #expect(try client.isClosedByServer())
        }
    }

    @Test func `sends no 100 Continue when the body is already there`() async throws {
        try await withServer(handler: echo) { port throws in
            #expect(try RawClient(port: port).exchange(Self.expecting + "abc").status == 200)
        }
    }

    @Test func `sends no 100 Continue to HTTP 1.0`() async throws {
        try await withServer(handler: echo) { port in
            let client = try RawClient(port: port)
            try client.send("POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            try client.send("abc")
            #expect(try client.readResponse().text == "POST / abc")
        }
    }

    @Test func `reads a small unread body away and keeps the connection`() async throws {
        try await withServer(handler: { _ in .text("unread") }) { port in
            let client = try RawClient(port: port)
            let body = String(repeating: "x", count: 100_000)
            for _ in 0..<3 {
                let response = try client.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n\(body)")
                #expect(response.text == "unread")
                #expect(response.fields["connection"] == nil)
                try client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n\(body)\r\n0\r\n\r\n")
                #expect(try client.readResponse().text == "unread")
            }
        }
    }

    /// Without the lingering close the client's unread megabytes turn into a reset that destroys the answer.
    @Test(arguments: [
        "Content-Length: 50000000", "Content-Length: 10000000", "Transfer-Encoding: chunked",
    ])
    func `lets a client read the refusal after it has sent megabytes`(framing: String) async throws {
        try await withServer(
            { $0.limits.bodyBytesMax = 20_000_000 }, handler: { _ in throw HTTPParseError(status: 413, reason: "too large") },
            client: { port in
                let client = try RawClient(port: port)
                try client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
                if framing.contains("chunked") { try client.send("989680\r\n") }
                let megabyte = [UInt8](repeating: 120, count: 1_000_000)
                for _ in 0..<10 { try client.send(megabyte) }
                let response = try client.readResponse()
                #expect(response.status == 413)
                #expect(response.fields["content-type"] == "application/json")
                #expect(try client.isClosedByServer())
            })
    }

    @Test func `reads an unread body away up to its limit, and closes beyond`() async throws {
        let most = EngineLimits.discardBytesMax
        try await withServer({ $0.limits.bodyBytesMax = 10 * most }, handler: { _ in .text("unread") }) { port in
            let kept = try RawClient(port: port)
            let fitting = String(repeating: "x", count: most)
            for _ in 0..<2 {
                let response = try kept.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(most)\r\n\r\n\(fitting)")
                #expect(response.fields["connection"] == nil)
            }
            let announced = try kept.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(most + 1)\r\n\r\n\(fitting)x")
            #expect(announced.text == "unread")
            #expect(announced.fields["connection"] == "close")
            #expect(try kept.isClosedByServer())
            // A chunked body tells its length too late for the head.
            let chunked = try RawClient(port: port)
            try chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<3 { try chunked.send("40000\r\n\(fitting)\r\n") }
            #expect(try chunked.readResponse().text == "unread")
            #expect(try chunked.isClosedByServer())
        }
    }

    @Test func `takes so many bytes after a refusal and no more`() async throws {
        try await withServer(handler: echo) { port in
            let client = try RawClient(port: port)
            try client.send("BAD\r\n\r\n")
            let megabyte = [UInt8](repeating: 120, count: 1_048_576)
            var sent = 0
            // Beyond the limit there are only the kernel's buffers.
            while sent < 4 * EngineLimits.lingerBytesMax, (try? client.send(megabyte)) != nil { sent += megabyte.count }
            #expect(sent < 2 * EngineLimits.lingerBytesMax)
        }
    }

    /// The wait for an answer between two bytes is the client's pace.
    @Test func `answers 408 to a body that trickles, however regularly`() async throws {
        try await withServer(
            { configuration in
                configuration.limits.bodyIdleSeconds = 0.5
                configuration.limits.bodyBytesPerSecondMin = 1_000_000
            }, handler: echo,
            client: { port in
                let client = try RawClient(port: port, patienceMilliseconds: 20)
                try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
                for _ in 0..<1_000 {
                    try client.send("x")
                    guard let bytes = try? client.receive() else { continue }
                    #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
                    return
                }
                Issue.record("it trickled to its end")
            })
    }

    @Test func `refuses a chunked body beyond the limit with 413`() async throws {
        try await withServer({ $0.limits.bodyBytesMax = 10 }, handler: echo) { port in
            let client = try RawClient(port: port)
            let response = try client.exchange(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n")
            #expect(response.status == 413)
            #expect(try client.isClosedByServer())
        }
    }

    @Test(arguments: [
        "GET / HTT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na",
    ])
    func `answers 400 to a request that ends in the middle`(request: String) async throws {
        try await withServer(handler: echo) { port in
            let client = try RawClient(port: port)
            try client.send(request)
            client.finishWriting()
            #expect(try client.readResponse().status == 400)
            #expect(try client.isClosedByServer())
        }
    }

    @Test func `answers a client that half-closes after a whole request when the handler gives an answer`() async throws {
        try await withServer(handler: echo) { port in
            let client = try RawClient(port: port)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            client.finishWriting()
            #expect(try client.readResponse().text == "GET / ")
        }
    }

    @Test func `refuses a body that is read after its exchange`() async throws {
        let kept = Collected<RequestBody>()
        try await withServer(
            handler: { request in
                if let old = kept.all.first {
                    await #expect(throws: ServerError.self) { try await old.collect(bytesMax: 10) }
                }
                kept.append(request.body)
                return .text("ok")
            },
            client: { port in
                let client = try RawClient(port: port)
                for _ in 0..<2 {
                    #expect(try client.exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").status == 200)
                }
            })
    }

    struct Secret: Error, CustomStringConvertible { var description: String { "the secret cause" } }

    @Test func `answers 500 without the cause and logs the cause with the request id`() async throws {
        let log = RecordingLog()
        let response = try await withServer(logger: log.logger, handler: { _ in throw Secret() }) { port in
            let client = try RawClient(port: port)
            let response = try client.exchange("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: my-id\r\n\r\n")
            #expect(try client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 500)
            return response
        }
        #expect(response.status == 500)
        #expect(!response.text.contains("secret"))
        #expect(response.fields["x-request-id"] == "my-id")
        #expect(log.lines.all.contains { $0.contains("my-id") && $0.contains("the secret cause") })
    }

    @Test func `answers 500 when the handler's own fields cannot be sent`() async throws {
        try await withServer(
            handler: { _ in ServerResponse(status: .init(code: 102), body: .bytes([1])) },
            client: { port throws in
                #expect(try RawClient(port: port).exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 500)
            })
    }

    @Test(arguments: [
        ("/a?b=secret", "/a"), ("?", ""), ("*", "*"), ("/%1b[31m", "/%1b[31m"),
        ("/\u{85}\u{202E}é\u{7F}", "/%C2%85%E2%80%AE%C3%A9%7F"),
        ("/a\nb c\u{1}", "/a%0Ab%20c%01"),
    ])
    func `records a path that no log can stumble over`(target: String, path: String) {
        #expect(AccessRecord.path(ofTarget: target) == path)
        let long = String(repeating: "é", count: AccessRecord.pathBytesMax)
        #expect(AccessRecord.path(ofTarget: long).utf8.count == 3 * AccessRecord.pathBytesMax)
    }

    @Test func `records every exchange without its query`() async throws {
        let records = Collected<AccessRecord>()
        try await withServer({ $0.onAccess = { records.append($0) } }, handler: echo) { port in
            let client = try RawClient(port: port)
            _ = try client.exchange("POST /a?key=secret HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nX-Request-Id: r1\r\n\r\nabc")
            _ = try client.exchange("BAD\r\n\r\n")
        }
        let first = try #require(records.all.first)
        #expect((first.method, first.path, first.status) == ("POST", "/a", 200))
        #expect((first.requestID, first.isCancelled, first.peer.host) == ("r1", false, "127.0.0.1"))
        #expect(first.bytesIn == 80)
        #expect(first.bytesOut > 100)
        #expect(records.all.last?.status == 400)
        #expect(records.all.last?.path == nil)
    }
}

/// Keeps what is logged.
struct RecordingLog: Sendable {
    let lines = Collected<String>()
    var logger: Logger { Logger(label: "test") { [lines] _ in Handler(lines: lines) } }

    private struct Handler: LogHandler {
        let lines: Collected<String>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { lines.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
    }
}
