import HTTPTypes
import Testing

@testable import HTTP

@Suite struct ResponsePlanTests {
    private static let kept = ResponsePlan.Request(isHead: false, minorVersion: 1, keepsAlive: true)
    private static let keptHead = ResponsePlan.Request(isHead: true, minorVersion: 1, keepsAlive: true)
    private static let old = ResponsePlan.Request(isHead: false, minorVersion: 0, keepsAlive: true)
    private static let oldHead = ResponsePlan.Request(isHead: true, minorVersion: 0, keepsAlive: true)
    private static let last = ResponsePlan.Request(isHead: false, minorVersion: 1, keepsAlive: false)
    private static let stream = ResponseBody.stream(contentLength: nil) { _ in }
    private static let sized = ResponseBody.stream(contentLength: 9) { _ in }

    @Test func `frames every kind of answer to every kind of request`() {
        let table: [(ResponsePlan.Request, Int, ResponseBody, ResponseHeadEncoder.Framing, sends: Bool, closes: Bool)] = [
            (Self.kept, 200, .empty, .length(0), true, false),
            (Self.kept, 200, .bytes([1, 2]), .length(2), true, false),
            (Self.kept, 200, Self.stream, .chunked, true, false),
            (Self.kept, 200, Self.sized, .length(9), true, false),
            (Self.last, 200, Self.stream, .chunked, true, true),
            (Self.keptHead, 200, .bytes([1, 2]), .length(2), false, false),
            (Self.keptHead, 200, Self.stream, .chunked, false, false),
            (Self.old, 200, .bytes([1]), .length(1), true, false),
            (Self.old, 200, Self.sized, .length(9), true, false),
            (Self.old, 200, Self.stream, .untilClose, true, true),
            (Self.oldHead, 200, Self.stream, .none, false, false),
            (Self.kept, 204, .bytes([1]), .none, false, false),
            (Self.kept, 304, Self.stream, .none, false, false),
            (Self.last, 413, .bytes([1]), .length(1), true, true),
        ]
        for (index, row) in table.enumerated() {
            let plan = ResponsePlan(row.0, status: .init(code: row.1), body: row.2)
            #expect(plan.framing == row.3, "row \(index)")
            #expect(plan.sendsBody == row.sends, "row \(index)")
            #expect(plan.closes == row.closes, "row \(index)")
        }
    }

    @Test func `encodes chunks, their end and nothing after it`() throws {
        var encoder = ResponseBodyEncoder(head: Array("H".utf8), framing: .chunked)
        #expect(!encoder.hasBegun)
        #expect(
            try encoder.encode([UInt8](repeating: 65, count: 17)) == Array("H11\r\n\(String(repeating: "A", count: 17))\r\n".utf8)
        )
        #expect(encoder.hasBegun)
        #expect(try encoder.encode([]) == [])
        #expect(try encoder.finish() == Array("0\r\n\r\n".utf8))
        #expect(try encoder.finish() == [])
        #expect(throws: ServerError.self) { try encoder.encode([1]) }
    }

    @Test func `sends an empty stream as head and end at once`() throws {
        var encoder = ResponseBodyEncoder(head: Array("H".utf8), framing: .chunked)
        #expect(try encoder.finish() == Array("H0\r\n\r\n".utf8))
    }

    @Test func `reads addresses as people write them`() throws {
        for (text, host, isLoopback) in [
            ("127.0.0.1", "127.0.0.1", true), ("localhost", "127.0.0.1", true), ("127.9.9.9", "127.9.9.9", true),
            ("0.0.0.0", "0.0.0.0", false), ("10.0.0.1", "10.0.0.1", false), ("::1", "::1", true), ("[::1]", "::1", true),
            ("::", "::", false), ("::ffff:127.1.2.3", "::ffff:127.1.2.3", true), ("::ffff:10.1.2.3", "::ffff:10.1.2.3", false),
        ] {
            let address = try SocketAddress(host: text, port: 1)
            #expect(address.hostText == host)
            #expect(address.isLoopback == isLoopback, "\(text)")
        }
    }
}
