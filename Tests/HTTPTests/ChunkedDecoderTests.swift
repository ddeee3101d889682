import Testing

@testable import HTTP

@Suite struct ChunkedDecoderTests {
    @Test func `decodes chunks, extensions and trailers and leaves the next request`() {
        let body = "5;a=b\r\nhello\r\n0006\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n"
        let outcome = Feed.chunked(Array((body + "GET /").utf8), cuts: [])
        #expect(String(decoding: outcome.body, as: UTF8.self) == "hello world")
        #expect(outcome.consumed == body.utf8.count)
    }

    @Test func `stops at the room it is given`() {
        var decoder = ChunkedDecoder(limits: HTTPLimits())
        var output: [UInt8] = []
        let bytes = Array("5\r\nhello\r\n0\r\n\r\n".utf8)
        let outcome = bytes.withUnsafeBytes { decoder.decode($0, into: &output, outputMax: 2) }
        guard case .needMore(let consumed) = outcome else {
            Issue.record("expected needMore, got \(outcome)")
            return
        }
        #expect(consumed == 5)
        #expect(output == Array("he".utf8))
    }

    @Test(arguments: [UInt64(1), 2, 3, 20_261_121]) func `gives back what was chunked at random splits`(_ seed: UInt64) {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let body = random.bytes(count: Int.random(in: 0...600, using: &random), from: Array("\r\n0a;:x".utf8))
            let wire = Self.chunked(body, &random)
            let cuts = random.cuts(of: wire.count, count: 8)
            let room = Int.random(in: 1...40, using: &random)
            let outcome = Feed.chunked(wire + Array("GET".utf8), cuts: cuts, outputMax: room)
            #expect(outcome == Feed.ChunkedOutcome(body: body, consumed: wire.count), "cuts \(cuts), room \(room)")
        }
    }

    /// Chunks of random sizes, some with extensions, some with a trailer at the end.
    private static func chunked(_ body: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var wire: [UInt8] = []
        var rest = body[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...64, using: &random))
            rest = rest.dropFirst(piece.count)
            let size = String(piece.count, radix: 16, uppercase: Bool.random(using: &random))
            wire += "\(size)\(Bool.random(using: &random) ? ";x=y" : "")\r\n".utf8
            wire += piece
            wire += "\r\n".utf8
        }
        return wire + Array("0\r\n\(Bool.random(using: &random) ? "A: b\r\n" : "")\r\n".utf8)
    }

    /// Each limit at and above it, at every split.
    @Test(arguments: [
        ("4\r\nabcd\r\n0\r\n\r\n", 0), ("5\r\n", 413), ("3\r\nabc\r\n2\r\n", 413), ("3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", 0),
        ("1;23456\r\na\r\n0;8\r\n\r\n", 0), ("1;23456\r\na\r\n0;89\r\n\r\n", 400), ("0 \t \t \t \t ;\r\n\r\n", 400),
        ("0\r\nA:34\r\n\r\n", 0), ("0\r\nA:345\r\n\r\n", 431), ("0\r\nA:\r\nB:\r\n\r\n", 431),
    ])
    func `enforces small limits at every split`(_ text: String, _ status: Int) {
        var limits = HTTPLimits()
        limits.bodyBytesMax = 4
        limits.chunkExtensionBytesMax = 8
        limits.trailerBytesMax = 6
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let outcome = Feed.chunked(bytes, cuts: [cut], limits: limits)
            #expect(outcome.refusal?.status ?? 0 == status, "cut at \(cut)")
            #expect((outcome.consumed == bytes.count) == (status == 0), "cut at \(cut)")
        }
    }
}
