internal import CZlib

/// The event-stream decoder: the same messages and the same failure for every split, and what it accepts stands in the bytes.
enum EventStreamFuzz {
    private struct Verdict: Equatable {
        var messages: [EventStreamMessage] = []
        var failure: EventStreamDecoder.Failure?
    }

    /// The bytes as they are, and with checksums made right: without these few inputs get past the first twelve bytes.
    static func check(_ bytes: [UInt8]) {
        checkSplits(bytes)
        checkSplits(withChecksums(bytes))
    }

    private static func checkSplits(_ bytes: [UInt8]) {
        let whole = verdict(bytes, [])
        checkAccepted(whole.messages, bytes)
        for cuts in FuzzLimits.splits(bytes.count) {
            require(verdict(bytes, cuts) == whole, "the verdict depends on the split \(cuts)")
        }
        require(framed(bytes) == whole, "frames and messages differ")
    }

    private static func verdict(_ bytes: [UInt8], _ cuts: [Int]) -> Verdict {
        var decoder = EventStreamDecoder()
        var verdict = Verdict()
        var start = 0
        do {
            for end in cuts + [bytes.count] {
                verdict.messages += try decoder.decode(Array(bytes[start..<end]))
                start = end
            }
            try decoder.finish()
        } catch {
            verdict.failure = error
        }
        return verdict
    }

    /// By frames, all of them held to the end.
    private static func framed(_ bytes: [UInt8]) -> Verdict {
        var decoder = EventStreamDecoder()
        var frames: [EventStreamFrame] = []
        var failure: EventStreamDecoder.Failure?
        do {
            for byte in bytes {
                decoder.append([byte])
                while let frame = try decoder.next() { frames.append(frame) }
            }
            try decoder.finish()
        } catch {
            failure = error
        }
        return Verdict(messages: frames.map(EventStreamMessage.init), failure: failure)
    }

    private static func checkAccepted(_ messages: [EventStreamMessage], _ bytes: [UInt8]) {
        var start = 0
        for message in messages {
            let names = Set(message.headers.map { Array($0.name.utf8) })
            require(names.count == message.headers.count && !names.contains([]), "header names are not distinct")
            let end = start + totalLength(bytes, at: start)
            require(end <= bytes.count && end - start >= 16 + message.payload.count, "a message larger than its bytes")
            require(bytes[..<(end - 4)].suffix(message.payload.count).elementsEqual(message.payload), "another payload was sent")
            start = end
        }
    }

    /// Walks over the messages as far as their lengths make sense and writes the checksums that belong there.
    private static func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var start = 0
        while bytes.count - start >= 16 {
            write(checksum(bytes[start..<(start + 8)]), to: &bytes, at: start + 8)
            let total = totalLength(bytes, at: start)
            guard total >= 16, total <= bytes.count - start else { break }
            write(checksum(bytes[start..<(start + total - 4)]), to: &bytes, at: start + total - 4)
            start += total
        }
        return bytes
    }

    private static func totalLength(_ bytes: [UInt8], at start: Int) -> Int {
        Int(bytes.span.bigEndian(UInt32.self, at: start))
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        UInt32(truncatingIfNeeded: bytes.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) })
    }

    private static func write(_ number: UInt32, to bytes: inout [UInt8], at index: Int) {
        for offset in 0..<4 { bytes[index + offset] = UInt8(truncatingIfNeeded: number >> (24 - 8 * offset)) }
    }
}
