import HTTPTypes
import Testing

@testable import HTTP

@Suite struct RequestHeadParserTests {
    @Test func `reads a common head`() throws {
        let head = try #require(Feed.head("GET /v1/models?x=1 HTTP/1.1\r\nHost: localhost:8080\r\nAccept:  */* \r\n\r\n").head)
        #expect(head.request.method == .get)
        #expect(head.request.path == "/v1/models?x=1")
        #expect(head.request.authority == "localhost:8080")
        #expect(head.request.headerFields[.accept] == "*/*")
        #expect(head.request.headerFields.count == 1)
        #expect(head.framing == .none && head.minorVersion == 1 && head.keepsAlive && !head.expectsContinue)
    }

    @Test func `consumes one head and leaves the next`() {
        let first = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"
        let outcome = Feed.head("\r\n" + first + "hiGET / HTTP/1.1\r\n")
        #expect(outcome.consumed == first.utf8.count + 2)
        #expect(outcome.head?.framing == .length(2))
    }

    @Test func `reads one head after another with the same parser`() {
        var parser = RequestHeadParser(limits: HTTPLimits())
        for path in ["/a", "/b"] {
            let bytes = Array("GET \(path) HTTP/1.1\r\nHost: h\r\nX: 1\r\n\r\n".utf8)
            let outcome = bytes.withUnsafeBytes { parser.parse($0) }
            guard case .complete(let head, let consumed) = outcome else {
                Issue.record("expected a head, got \(outcome)")
                return
            }
            #expect(head.request.path == path && head.request.headerFields.count == 1 && consumed == bytes.count)
        }
    }

    @Test func `keeps fields in order with their octets`() throws {
        let text = Array("GET / HTTP/1.1\r\nHost: a\r\nX-B: 1\r\nx-a: 2\r\nX-B: ".utf8) + [0xE9] + Array("\r\n\r\n".utf8)
        let head = try #require(Feed.head(text, cuts: []).head)
        #expect(head.request.headerFields.map(\.name.rawName) == ["X-B", "x-a", "X-B"])
        #expect(head.request.headerFields[2].withUnsafeBytesOfValue { Array($0) } == [0xE9])
    }

    @Test(arguments: [
        ("http://b:81/c?d", "/c?d", "b:81"), ("http://b", "/", "b"), ("http://b?c", "/?c", "b"), ("HTTP://b/", "/", "b"),
        ("/c", "/c", "a"), ("//c", "//c", "a"),
    ])
    func `takes path and authority from the target`(_ target: String, _ path: String, _ authority: String) throws {
        let head = try #require(Feed.head("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n").head)
        #expect(head.request.path == path)
        #expect(head.request.authority == authority)
    }

    @Test func `reads absolute form of OPTIONS without a path as the asterisk`() throws {
        #expect(try #require(Feed.head("OPTIONS http://b HTTP/1.1\r\nHost: a\r\n\r\n").head).request.path == "*")
    }

    @Test(arguments: [
        ("1.1", [], true), ("1.1", ["close"], false), ("1.1", ["Close"], false), ("1.1", ["x, close"], false),
        ("1.1", ["keep-alive", "close"], false), ("1.1", ["keep-alive, close"], false), ("1.1", ["closed"], true),
        ("1.1", [""], true), ("1.1", [", ,"], true), ("1.0", [], false), ("1.0", ["keep-alive"], true),
        ("1.0", ["x ,\tKeep-Alive"], true), ("1.0", ["keep-alive", "close"], false), ("1.0", ["upgrade"], false),
    ])
    func `keeps the connection as version and options say`(_ version: String, _ options: [String], _ keepsAlive: Bool) throws {
        let lines = options.map { "Connection: \($0)\r\n" }.joined()
        let head = try #require(Feed.head("GET / HTTP/\(version)\r\nHost: a\r\n\(lines)\r\n").head)
        #expect(head.keepsAlive == keepsAlive)
    }

    @Test(arguments: [
        ("HTTP/1.1", "Content-Length: 1", true), ("HTTP/1.1", "Transfer-Encoding: chunked", true),
        ("HTTP/1.1", "Content-Length: 0", false), ("HTTP/1.1", "X: y", false), ("HTTP/1.0", "Content-Length: 1", false),
    ])
    func `expects 100 Continue only before a body`(_ version: String, _ line: String, _ expects: Bool) throws {
        let head = try #require(Feed.head("POST / \(version)\r\nHost: a\r\nExpect: 100-continue\r\n\(line)\r\n\r\n").head)
        #expect(head.expectsContinue == expects)
    }

    /// Each limit one byte or field below, at and above, at every split.
    @Test(arguments: [
        ("GET /234567 HTTP/1.1\r\nHost: a\r\n\r\n", 0), ("GET /2345678 HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: 23456\r\n\r\n", 0), ("GET / HTTP/1.1\r\nHost: a\r\nX: 234567\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: 234567890123", 431), ("GET / HTTP/1.1\r\nA:\r\nB:\r\nC:\r\nD:\r\n", 431),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\nX: 23456\r\n\r\n", 0), ("POST / HTTP/1.1\r\nHost:a\r\nContent-Length:9\r\n\r\n", 431),
    ])
    func `enforces small limits at every split`(_ text: String, _ status: Int) {
        var limits = HTTPLimits()
        limits.requestLineBytesMax = 20
        limits.headBytesMax = 37
        limits.fieldCountMax = 3
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let outcome = Feed.head(bytes, cuts: [cut], limits: limits)
            #expect(outcome.refusal?.status ?? 0 == status, "cut at \(cut)")
            #expect((outcome.head != nil) == (status == 0), "cut at \(cut)")
        }
    }

    @Test func `looks at each byte of a slowly growing head once`() {
        var scanner = LineScanner()
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000)
        for end in 1...bytes.count {
            let outcome = bytes.withUnsafeBytes { scanner.next(UnsafeRawBufferPointer(rebasing: $0[..<end]), limit: 2_000) }
            #expect(outcome == .needMore)
            #expect(scanner.position == end)
        }
    }

    @Test func `never shows the request's bytes in a refusal`() {
        for input in HostileInputs.all {
            let reason = Feed.head(input.bytes, cuts: []).refusal?.reason ?? ""
            #expect(reason.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        }
    }
}
