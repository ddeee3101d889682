import HTTPTypes
import Testing

@testable import HTTPClient

struct ResponseHeadParserTests {
    private func parse(_ lines: [String]) throws -> [ResponseHead] {
        var parser = ResponseHeadParser()
        return try lines.compactMap { line in
            try Array(line.utf8).withUnsafeBytes { try parser.take($0) }
        }
    }

    @Test func `an interim head is passed over, with its fields`() throws {
        let heads = try parse([
            "HTTP/1.1 103 Early Hints\r\n", "Link: x\r\n", "\r\n", "HTTP/2 200 \r\n", "a: b\r\n", "\r\n", "Trailer: x\r\n",
            "\r\n",
        ])
        #expect(heads.map(\.status.code) == [200])
        #expect(heads.first?.headerFields == [HTTPField.Name("a")!: "b"])
    }

    @Test(arguments: [
        (["A:b\r\n"], "b"), (["A: \t b \t\r\n"], "b"), (["A:\r\n"], ""), (["A: b\n"], "b"), (["A: b: c\r\n"], "b: c"),
        (["A: b\r\n", "  c\r\n", "\td \r\n"], "b c d"),
    ])
    func `the blanks around a value do not belong to it`(lines: [String], value: String) throws {
        let heads = try parse(["HTTP/1.1 200 OK\r\n"] + lines + ["\r\n"])
        #expect(heads.first?.headerFields[HTTPField.Name("A")!] == value)
    }

    @Test(arguments: [
        ["HTTP/1.1\r\n"], ["HTTP/1.1 20\r\n"], ["HTTP/1.1 2000\r\n"], ["HTTP/1.1 abc\r\n"], ["HTTP/1.1 099 x\r\n"],
        ["ICY 200 OK\r\n"],
        ["\r\n"], ["HTTP/1.1 200 OK\r\n", "a\r\n"], ["HTTP/1.1 200 OK\r\n", ": b\r\n"], ["HTTP/1.1 200 OK\r\n", "a : b\r\n"],
        ["HTTP/1.1 200 OK\r\n", " folded\r\n"], ["HTTP/1.1 200 OK\r\n", "ä: b\r\n"], ["HTTP/1.1 +20 x\r\n"],
    ])
    func `refuses what is no head`(lines: [String]) {
        #expect(throws: ResponseHeadParser.Problem.malformed) { try parse(lines) }
    }

    @Test func `trailers count towards the size`() throws {
        let head = ["HTTP/1.1 200 OK\r\n", "\r\n"]
        let trailer = "X: y\r\n"
        let count = (ClientLimits.headBytesMax - head.joined().utf8.count) / trailer.utf8.count
        #expect(try parse(head + Array(repeating: trailer, count: count)).count == 1)
        #expect(throws: ResponseHeadParser.Problem.tooLarge) { try parse(head + Array(repeating: trailer, count: count + 1)) }
    }

    @Test func `interim heads count towards the size`() throws {
        let interim = ["HTTP/1.1 100 Continue\r\n", "\r\n"]
        let count = ClientLimits.headBytesMax / interim.joined().utf8.count
        #expect(try parse(Array(repeating: interim, count: count).flatMap(\.self)).isEmpty)
        #expect(throws: ResponseHeadParser.Problem.tooLarge) {
            try parse(Array(repeating: interim, count: count + 1).flatMap(\.self))
        }
    }
}
