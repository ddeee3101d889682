import AWS
import Testing

/// Streams that must be refused, each with what the failure has to say, in one piece and byte by byte.
struct EventStreamHostileTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var says: String
        var testDescription: String { name }

        init(_ name: String, _ encoder: EventStreamEncoder, _ says: String) {
            (self.name, bytes, self.says) = (name, encoder.bytes, says)
        }
    }

    @Test(arguments: checksums + lengths + headers)
    func `is refused`(_ row: Row) {
        #expect(failure(row.bytes, pieceByteCount: row.bytes.count).contains(row.says))
        #expect(failure(row.bytes, pieceByteCount: 1).contains(row.says))
        #expect(failure(EventStreamEncoder.event("before", "{}") + row.bytes, pieceByteCount: 7).contains(row.says))
    }

    @Test func `a wrong bit anywhere is found`() {
        let message = EventStreamEncoder.event("contentBlockDelta", "{}")
        for bit in 0..<(message.count * 8) {
            var bytes = message
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(!failure(bytes, pieceByteCount: bytes.count).isEmpty, "bit \(bit)")
        }
    }

    static let checksums: [Row] = [
        Row("prelude checksum", EventStreamEncoder(payload: [1], preludeCRCError: 1), "prelude"),
        Row("message checksum", EventStreamEncoder(payload: [1], messageCRCError: 1), "message is wrong"),
        Row("both checksums", EventStreamEncoder(preludeCRCError: 1, messageCRCError: 1), "prelude"),
    ]

    static let lengths: [Row] =
        [0, 1, 15, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF].map { (total: UInt32) in
            Row("total length \(total)", EventStreamEncoder(totalLength: total), "cannot be \(total) bytes long")
        }
        + [1, 4, 16, 131_072].map { (headers: UInt32) in
            Row(
                "headers length \(headers) in 16 bytes", EventStreamEncoder(headersLength: headers),
                "with \(headers) bytes of headers")
        }
        + [131_073, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF].map { (headers: UInt32) in
            Row("headers length \(headers)", EventStreamEncoder(headersLength: headers), "\(headers) bytes of headers, more than")
        }
        + [
            Row(
                "one more than the longest message",
                EventStreamEncoder(totalLength: UInt32(EventStreamDecoder.messageBytesMax + 1)), "cannot be"),
            Row("both lengths 2^32-1", EventStreamEncoder(totalLength: .max, headersLength: .max), "more than 131072"),
        ]

    static let headers: [Row] = [
        Row("name past the block", block([5, 0x61]), "runs past"),
        Row("name length alone", block([1]), "runs past"),
        Row("no type", block([1, 0x61]), "runs past"),
        Row(
            "name past the block into the payload", EventStreamEncoder(headerBlock: [4, 0x61], payload: [0x61, 0x61, 0x61, 0]),
            "runs past"),
        Row("no name", block([0, 0]), "no name"),
        Row("unknown type 10", block([1, 0x61, 10]), "unknown type 10"),
        Row("unknown type 255", block([1, 0x61, 255]), "unknown type 255"),
        Row("byte without value", block([1, 0x61, 2]), "runs past"),
        Row("short of one byte", block([1, 0x61, 3, 0]), "runs past"),
        Row("integer of three bytes", block([1, 0x61, 4, 0, 0, 0]), "runs past"),
        Row("long of seven bytes", block([1, 0x61, 5, 0, 0, 0, 0, 0, 0, 0]), "runs past"),
        Row("timestamp of seven bytes", block([1, 0x61, 8, 0, 0, 0, 0, 0, 0, 0]), "runs past"),
        Row("uuid of 15 bytes", block([1, 0x61, 9] + [UInt8](repeating: 0, count: 15)), "runs past"),
        Row("half a string length", block([1, 0x61, 7, 0]), "runs past"),
        Row("string of 65535 in no bytes", block([1, 0x61, 7, 0xFF, 0xFF]), "runs past"),
        Row("bytes one too long", block([1, 0x61, 6, 0, 2, 0]), "runs past"),
        Row("name not UTF-8", block([1, 0xFF, 0]), "not UTF-8"),
        Row("name with an overlong slash", block([2, 0xC0, 0xAF, 0]), "not UTF-8"),
        Row("name with half a character", block([1, 0xC3, 0]), "not UTF-8"),
        Row("string with a surrogate", block([1, 0x61, 7, 0, 3, 0xED, 0xA0, 0x80]), "not UTF-8"),
        Row("the same header twice", block([1, 0x61, 0, 1, 0x61, 1]), "comes twice"),
        Row("the first of many headers again", block(many(20_000) + [2, 0, 0, 0]), "comes twice"),
        Row("a good header and a broken one", block([1, 0x61, 0, 1]), "runs past"),
    ]

    @Test func `as many different headers as fit are taken`() throws {
        var decoder = EventStreamDecoder()
        let messages = try decoder.decode(EventStreamEncoder(headerBlock: Self.many(26_000), payload: []).bytes)
        #expect(messages.first?.headers.count == 26_000)
    }

    /// `count` flags whose names are different pairs of seven-bit characters, then triples.
    private static func many(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { (index: Int) -> [UInt8] in
            let (high, low) = (UInt8(index / 128 % 128), UInt8(index % 128))
            return index < 16_384 ? [2, high, low, 0] : [3, high, low, 0, 0]
        }
    }

    private static func block(_ bytes: [UInt8]) -> EventStreamEncoder { EventStreamEncoder(headerBlock: bytes, payload: [7]) }

    /// What breaks the stream; empty when nothing does.
    private func failure(_ bytes: [UInt8], pieceByteCount: Int) -> String {
        var decoder = EventStreamDecoder()
        var rest = bytes[...]
        do {
            while !rest.isEmpty {
                _ = try decoder.decode(Array(rest.prefix(pieceByteCount)))
                rest = rest.dropFirst(pieceByteCount)
            }
            try decoder.finish()
        } catch {
            return error.reason
        }
        return ""
    }
}
