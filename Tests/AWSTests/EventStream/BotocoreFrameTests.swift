import AWS
import Testing

/// Frames as botocore reads them: those of its own tests, and random ones.
struct BotocoreFrameTests {
    struct Frames: Decodable {
        struct Frame: Decodable {
            struct Header: Decodable {
                var name: String
                var type: Int
                var value: String
            }

            var frame: String
            var headers: [Header]
            var payload: String
        }

        var frames: [Frame]
        var refused: [String]

        static func load() throws -> Frames { try Fixture.decode(Frames.self, from: "botocore-eventstream.json") }
    }

    @Test func `decodes what botocore decodes, and the tests' encoder writes the same bytes`() throws {
        let frames = try Frames.load().frames
        #expect(frames.count == 91)
        var decoder = EventStreamDecoder()
        for frame in frames {
            let bytes = try Fixture.bytes(hexadecimal: frame.frame)
            let message = try #require(try decoder.decode(bytes).first)
            #expect(message.payload == (try Fixture.bytes(hexadecimal: frame.payload)))
            #expect(message.headers.map(\.name) == frame.headers.map(\.name))
            #expect(message.headers.map { typed($0.value) } == frame.headers.map { "\($0.type) \($0.value)" })
            #expect(EventStreamEncoder.bytes(message) == bytes)
        }
        try decoder.finish()
    }

    @Test func `refuses what botocore's tests refuse`() throws {
        let refused = try Frames.load().refused
        #expect(refused.count == 5)
        for frame in refused {
            var decoder = EventStreamDecoder()
            let bytes = try Fixture.bytes(hexadecimal: frame)
            #expect(throws: EventStreamDecoder.Failure.self) { _ = try decoder.decode(bytes) }
        }
    }

    /// Type and value as the fixture spells them.
    private func typed(_ value: EventStreamMessage.HeaderValue) -> String {
        switch value {
        case .bool(let value): value ? "0 True" : "1 False"
        case .byte(let value): "2 \(value)"
        case .int16(let value): "3 \(value)"
        case .int32(let value): "4 \(value)"
        case .int64(let value): "5 \(value)"
        case .bytes(let value): "6 \(Fixture.hexadecimal(value))"
        case .string(let value): "7 \(value)"
        case .timestamp(let value): "8 \(value)"
        case .uuid(let value): "9 \(Fixture.hexadecimal(value))"
        }
    }
}
