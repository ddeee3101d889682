import AWS
import Testing

/// Large streams: work and memory must grow with the bytes, however they come.
struct EventStreamVolumeTests {
    @Test func `the longest message is taken in network pieces`() throws {
        let payload = [UInt8](repeating: 0x61, count: 16 * 1_048_576)
        let header = EventStreamMessage.Header(name: ":event-type", value: .string("chunk"))
        let bytes = EventStreamEncoder.bytes(EventStreamMessage(headers: [header], payload: payload))
        var decoder = EventStreamDecoder()
        var messages: [EventStreamMessage] = []
        var index = 0
        while index < bytes.count {
            messages += try decoder.decode(Array(bytes[index..<min(index + 16_384, bytes.count)]))
            index += 16_384
        }
        #expect(messages.count == 1 && messages[0].payload == payload)
    }

    @Test func `a long answer in pieces of one byte takes linear time`() throws {
        let delta = EventStreamEncoder.event("contentBlockDelta", EventStreamDecoderTests.delta)
        var decoder = EventStreamDecoder()
        var count = 0
        for _ in 0..<5_000 {
            for byte in delta {
                decoder.append([byte])
                while let frame = try decoder.next() { count += frame.isEvent("contentBlockDelta") ? 1 : 0 }
            }
        }
        try decoder.finish()
        #expect(count == 5_000)
    }

    @Test func `one large piece of many messages takes linear time, also when it is drained slowly`() throws {
        let delta = EventStreamEncoder.event("contentBlockDelta", EventStreamDecoderTests.delta)
        let bytes = [UInt8]((0..<20_000).map { _ in delta }.joined())
        var decoder = EventStreamDecoder()
        decoder.append(bytes)
        var count = 0
        // A byte more before each message: moving the rest each time would take hours.
        while try decoder.next() != nil {
            count += 1
            if count <= delta.count { decoder.append([delta[count - 1]]) }
        }
        #expect(count == 20_001)
        try decoder.finish()
    }
}
