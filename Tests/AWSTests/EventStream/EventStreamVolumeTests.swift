import Glibc
import Testing

@testable import AWS

/// Large streams: work must grow with the bytes, however they come.
struct EventStreamVolumeTests {
    @Test func `the longest message is taken, in network pieces`() throws {
        // 131,072 bytes of headers: four of 32,768 with their names and lengths.
        let headers = (0..<4).map {
            EventStreamMessage.Header(name: "\($0)", value: .bytes([UInt8](repeating: 7, count: 32_768 - 5)))
        }
        let message = EventStreamMessage(headers: headers, payload: [UInt8](repeating: 0x61, count: 16 * 1_048_576))
        let bytes = EventStreamEncoder.bytes(message)
        #expect(bytes.count == EventStreamDecoder.messageBytesMax)
        var decoder = EventStreamDecoder()
        var messages: [EventStreamMessage] = []
        for start in stride(from: 0, to: bytes.count, by: 16_384) {
            messages += try decoder.decode(Array(bytes[start..<min(start + 16_384, bytes.count)]))
        }
        #expect(messages == [message])
    }

    @Test func `an answer of 10 MB leaves no more behind than a piece and a message`() throws {
        let message = EventStreamEncoder.event("contentBlockDelta", EventStreamDecoderTests.delta)
        let pieceByteCount = 16_384
        var decoder = EventStreamDecoder()
        var (piece, received, count, most): ([UInt8], Int, Int, Int) = ([], 0, 0, 0)
        while received < 10_000_000 {
            while piece.count < pieceByteCount { piece += message }
            decoder.append(Array(piece.prefix(pieceByteCount)))
            piece.removeFirst(pieceByteCount)
            received += pieceByteCount
            most = max(most, decoder.bufferByteCount)
            while try decoder.next() != nil { count += 1 }
        }
        #expect(count == received / message.count)
        #expect(most <= pieceByteCount + 2 * message.count)
    }

    @Test func `four times the bytes in pieces of one byte take no more than four times the work`() throws {
        try expectLinear(60_000) { byteCount in
            let message = EventStreamEncoder(payload: [UInt8](repeating: 1, count: byteCount)).bytes
            var decoder = EventStreamDecoder()
            var count = 0
            for byte in message {
                decoder.append([byte])
                while try decoder.next() != nil { count += 1 }
            }
            #expect(count == 1)
            try decoder.finish()
        }
    }

    @Test func `four times the messages, drained slowly, take no more than four times the work`() throws {
        let message = EventStreamEncoder(payload: [UInt8](repeating: 1, count: 4_096)).bytes
        try expectLinear(2_000) { messageCount in
            var decoder = EventStreamDecoder()
            var messages: [UInt8] = []
            for _ in 0..<messageCount { messages += message }
            decoder.append(messages)
            var count = 0
            while try decoder.next() != nil {
                // One byte more behind all the others: they must not be moved for it.
                decoder.append([message[count % message.count]])
                count += 1
            }
            #expect(count == messageCount + messageCount / message.count)
        }
    }

    /// Four times the size may take ten times the thread's time: quadratic work would take sixteen times.
    private func expectLinear(_ size: Int, _ work: (Int) throws -> Void) rethrows {
        let small = try cpuSeconds { try work(size) }
        let large = try cpuSeconds { try work(4 * size) }
        #expect(large < 10 * small, "\(size): \(small) s, four times as much: \(large) s")
    }

    private func cpuSeconds(_ work: () throws -> Void) rethrows -> Double {
        let start = threadSeconds()
        try work()
        return threadSeconds() - start
    }

    private func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
