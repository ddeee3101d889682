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
}
