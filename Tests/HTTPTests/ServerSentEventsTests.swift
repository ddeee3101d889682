import Testing

@testable import HTTP

@Suite struct ServerSentEventsTests {
    @Test(arguments: [
        ("", "data: \n\n"), ("a", "data: a\n\n"), ("a\nb", "data: a\ndata: b\n\n"), ("a\r\nb", "data: a\ndata: b\n\n"),
        ("a\rb", "data: a\ndata: b\n\n"), ("a\n\nb", "data: a\ndata: \ndata: b\n\n"), ("a\r\rb", "data: a\ndata: \ndata: b\n\n"),
        ("a\n\rb", "data: a\ndata: \ndata: b\n\n"), ("a\n", "data: a\ndata: \n\n"), ("\r\n", "data: \ndata: \n\n"),
        (" a", "data:  a\n\n"), ("data: x\n\nid: 1", "data: data: x\ndata: \ndata: id: 1\n\n"), ("é🗂", "data: é🗂\n\n"),
    ])
    func `frames one data line per line`(_ payload: String, _ frame: String) {
        #expect(String(decoding: ServerSentEvents.data(payload.utf8), as: UTF8.self) == frame)
    }

    @Test(arguments: [UInt64(4), 5]) func `gives a reader the payload back with LF between the lines`(_ seed: UInt64) {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let payload = random.bytes(count: Int.random(in: 0...20, using: &random), from: Array("ab \r\n:".utf8))
            let expected = Self.normalized(payload)
            #expect(Self.read(ServerSentEvents.data(payload)) == expected, "payload \(payload)")
        }
    }

    @Test func `has a comment that readers ignore`() {
        #expect(ServerSentEvents.keepAlive == Array(": keepalive\n\n".utf8))
    }

    private static func normalized(_ payload: [UInt8]) -> String {
        let text = String(decoding: payload, as: UTF8.self)
        return text.unicodeScalars.reduce(into: (text: "", last: Unicode.Scalar(0))) { result, scalar in
            if scalar == "\r" || (scalar == "\n" && result.last != "\r") {
                result.text += "\n"
            } else if scalar != "\n" {
                result.text.unicodeScalars.append(scalar)
            }
            result.last = scalar
        }.text
    }

    /// The reader of WHATWG HTML §9.2.6 for one event with data lines only.
    private static func read(_ frame: [UInt8]) -> String? {
        var lines = frame.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        guard lines.count >= 3, lines.removeLast().isEmpty, lines.removeLast().isEmpty else { return nil }
        guard lines.allSatisfy({ $0.starts(with: "data: ".utf8) && !$0.contains(UInt8(ascii: "\r")) }) else { return nil }
        return lines.map { String(decoding: $0.dropFirst(6), as: UTF8.self) }.joined(separator: "\n")
    }
}
