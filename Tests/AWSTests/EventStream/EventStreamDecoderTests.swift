import AWS
import Testing

struct EventStreamDecoderTests {
    @Test func `decodes every header type at its extremes`() throws {
        let values: [EventStreamMessage.HeaderValue] = [
            .bool(true), .bool(false), .byte(-128), .byte(127), .int16(.min), .int16(.max), .int32(.min), .int32(.max),
            .int64(.min), .int64(.max), .bytes([]), .bytes([UInt8](repeating: 0xFF, count: 65_535)), .string(""), .string("ü🦆\0"),
            .timestamp(-1), .timestamp(.max), .uuid(Array(0..<16)),
        ]
        let headers = values.enumerated().map { EventStreamMessage.Header(name: "h\($0.offset)", value: $0.element) }
        let message = EventStreamMessage(headers: headers, payload: [0, 1, 2])
        var decoder = EventStreamDecoder()
        #expect(try decoder.decode(EventStreamEncoder.bytes(message)) == [message])
        try decoder.finish()
    }

    @Test func `any split gives the same messages`() throws {
        let stream = Self.stream
        let whole = try decoded(stream, pieces: [stream.count])
        #expect(whole.count == 5)
        #expect(whole[1].string(":event-type") == "contentBlockDelta")
        for cut in 0...stream.count { #expect(try decoded(stream, pieces: [cut, stream.count - cut]) == whole, "cut at \(cut)") }
        #expect(try decoded(stream, pieces: [Int](repeating: 1, count: stream.count)) == whole)
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(state: seed)
        for _ in 0..<200 {
            var pieces: [Int] = []
            var rest = stream.count
            while rest > 0 {
                pieces.append(Int.random(in: 0...min(rest, 300), using: &random))
                rest -= pieces.last ?? 0
            }
            #expect(try decoded(stream, pieces: pieces) == whole, "seed \(seed), pieces \(pieces)")
        }
    }

    @Test func `frames show headers and payload without unpacking`() throws {
        var decoder = EventStreamDecoder()
        decoder.append(Self.stream)
        _ = try decoder.next()
        let frame = try #require(try decoder.next())
        #expect(frame.isEvent("contentBlockDelta"))
        #expect(!frame.isEvent("contentBlockDelt") && !frame.isEvent("contentBlockDelta2") && !frame.isEvent(""))
        #expect(frame.has(":content-type", "application/json"))
        #expect(frame.string(":event-type") == "contentBlockDelta")
        #expect(frame.bytes(of: ":exception-type") == nil)
        #expect(String(decoding: frame.payload, as: UTF8.self) == Self.delta)
        #expect(EventStreamMessage(frame).headers.map(\.name) == [":event-type", ":content-type", ":message-type"])
    }

    @Test func `only a string header counts as text`() throws {
        let headers: [EventStreamMessage.Header] = [
            .init(name: ":event-type", value: .bytes(Array("delta".utf8))), .init(name: "\u{E9}", value: .string("one scalar")),
            .init(name: "e\u{301}", value: .string("two scalars")),
        ]
        var decoder = EventStreamDecoder()
        let message = try #require(
            try decoder.decode(EventStreamEncoder.bytes(EventStreamMessage(headers: headers, payload: []))).first)
        #expect(message.string(":event-type") == nil)
        // Canonically equal names are two names.
        #expect(message.string("\u{E9}") == "one scalar" && message.string("e\u{301}") == "two scalars")
    }

    @Test func `a frame that is still held keeps its bytes`() throws {
        var decoder = EventStreamDecoder()
        decoder.append(Self.stream)
        var held: [EventStreamFrame] = []
        while let frame = try decoder.next() { held.append(frame) }
        let (first, again) = (held.map(EventStreamMessage.init), Self.stream)
        for byte in again {
            decoder.append([byte])
            while let frame = try decoder.next() { held.append(frame) }
        }
        #expect(held.prefix(5).map(EventStreamMessage.init) == first)
        #expect(held.suffix(5).map(EventStreamMessage.init) == first)
    }

    @Test func `messages before a broken one are given out first`() throws {
        var broken = EventStreamEncoder.event("b", "{}")
        broken[broken.count - 1] ^= 1
        var decoder = EventStreamDecoder()
        let bytes = EventStreamEncoder.event("a", "{}") + broken + EventStreamEncoder.event("c", "{}")
        #expect(try decoder.decode(bytes).map { $0.string(":event-type") } == ["a"])
        #expect(throws: EventStreamDecoder.Failure.self) { try decoder.finish() }
        #expect(throws: EventStreamDecoder.Failure.self) { _ = try decoder.decode([]) }
        // Broken once, broken for good: a whole message behind the damage is not read.
        #expect(throws: EventStreamDecoder.Failure.self) { _ = try decoder.decode(EventStreamEncoder.event("d", "{}")) }
    }

    @Test func `a stream may end only between messages`() throws {
        let bytes = EventStreamEncoder.event("messageStop", "{}")
        for count in 1..<bytes.count {
            var decoder = EventStreamDecoder()
            #expect(try decoder.decode(Array(bytes[..<count])).isEmpty)
            #expect(throws: EventStreamDecoder.Failure.self, "after \(count)") { try decoder.finish() }
        }
        var decoder = EventStreamDecoder()
        try decoder.finish()
        _ = try decoder.decode(bytes)
        try decoder.finish()
    }

    static let delta = #"{"contentBlockIndex":0,"delta":{"text":" Gr\u00fcße 🦆"},"p":"abcdefghijklmnop"}"#

    static let stream =
        EventStreamEncoder.event("messageStart", #"{"role":"assistant"}"#) + EventStreamEncoder.event("contentBlockDelta", delta)
        + EventStreamEncoder.bytes(EventStreamMessage(headers: [], payload: []))
        + EventStreamEncoder.bytes(EventStreamMessage(headers: [.init(name: "x", value: .bool(true))], payload: [9]))
        + EventStreamEncoder.event("messageStop", #"{"stopReason":"end_turn"}"#)

    private func decoded(_ bytes: [UInt8], pieces: [Int]) throws -> [EventStreamMessage] {
        var decoder = EventStreamDecoder()
        var messages: [EventStreamMessage] = []
        var rest = bytes[...]
        for count in pieces {
            messages += try decoder.decode(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        try decoder.finish()
        return messages
    }
}
