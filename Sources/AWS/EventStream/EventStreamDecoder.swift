internal import CZlib

/// Decodes event-stream framing incrementally: bytes in, messages out, both CRC-32s checked.
///
/// Layout, big-endian: total length (4), headers length (4), prelude CRC (4), headers, payload, message CRC (4).
/// Source: AWS, "Amazon Event Stream encoding"; Smithy, "Event stream specification".
///
/// The bytes stay in one buffer: what arrives between two messages is taken over without a copy, and each byte is moved at
/// most once on average and read twice (checksum, content), however it is split.
package struct EventStreamDecoder: Sendable {
    /// Longest message: AWS allows 16 MiB of payload and 128 KiB of headers.
    package static let messageBytesMax = 16 * 1_048_576 + 128 * 1_024 + 16
    package static let headersBytesMax = 128 * 1_024

    /// Why the stream is broken. A decoder that has thrown stays broken.
    package struct Failure: Error, Hashable, Sendable {
        package var reason: String
    }

    static let preludeByteCount = 12
    /// Prelude and message checksum, around nothing.
    static let overheadByteCount = 16

    private var buffer: [UInt8] = []
    /// Where the first message that has not been given out begins.
    private var start = 0
    /// The lengths of that message, once its prelude has come and been checked.
    private var prelude: Prelude?
    private var failure: Failure?

    private struct Prelude {
        var totalByteCount: Int
        var headersByteCount: Int
    }

    package init() {}

    var bufferByteCount: Int { buffer.count }

    /// Takes more bytes and gives the messages they complete. Bytes of an unfinished message are kept.
    /// Throws what breaks the stream once the messages before it have been given out: at once when there are none, else at the
    /// next call of `decode` or `finish`.
    package mutating func decode(_ bytes: [UInt8]) throws(Failure) -> [EventStreamMessage] {
        append(bytes)
        var messages: [EventStreamMessage] = []
        do {
            while let frame = try next() { messages.append(EventStreamMessage(frame)) }
        } catch {
            if messages.isEmpty { throw error }
        }
        return messages
    }

    /// Takes more bytes; `next` gives the messages they complete.
    package mutating func append(_ bytes: [UInt8]) {
        guard failure == nil else { return }
        if start == buffer.count {
            buffer = bytes
            start = 0
            return
        }
        // What is kept is no longer than what goes, so moving it is paid for by the bytes that went.
        if start > buffer.count / 2 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer += bytes
    }

    /// The next message in one piece, without copying it; nil when more bytes are needed. Release it before the next `append`:
    /// a frame that is still held then makes the decoder copy its buffer. Messages before a broken one are given out first.
    package mutating func next() throws(Failure) -> EventStreamFrame? {
        if let failure { throw failure }
        do {
            return try readFrame()
        } catch {
            failure = error
            buffer = []
            start = 0
            throw error
        }
    }

    /// Throws when the stream ends inside a message, or has been broken.
    package func finish() throws(Failure) {
        if let failure { throw failure }
        let rest = buffer.count - start
        if rest > 0 { throw Failure(reason: "the event stream ended inside a message, after \(rest) of its bytes") }
    }

    private mutating func readFrame() throws(Failure) -> EventStreamFrame? {
        let available = buffer.count - start
        if prelude == nil, available >= Self.preludeByteCount { prelude = try readPrelude() }
        guard let lengths = prelude, available >= lengths.totalByteCount else { return nil }
        let end = start + lengths.totalByteCount
        try check(crcAt: end - 4, over: start..<(end - 4), of: "message")
        let headersStart = start + Self.preludeByteCount
        let headersEnd = headersStart + lengths.headersByteCount
        let frame = try EventStreamFrame(buffer, headerBlock: headersStart..<headersEnd, payload: headersEnd..<(end - 4))
        start = end
        prelude = nil
        return frame
    }

    private func readPrelude() throws(Failure) -> Prelude {
        try check(crcAt: start + 8, over: start..<(start + 8), of: "prelude")
        let total = Int(buffer.span.bigEndian(UInt32.self, at: start))
        let headers = Int(buffer.span.bigEndian(UInt32.self, at: start + 4))
        guard headers <= Self.headersBytesMax else {
            throw Failure(reason: "an event stream message has \(headers) bytes of headers, more than \(Self.headersBytesMax)")
        }
        guard (Self.overheadByteCount + headers...Self.messageBytesMax).contains(total) else {
            throw Failure(reason: "an event stream message cannot be \(total) bytes long with \(headers) bytes of headers")
        }
        return Prelude(totalByteCount: total, headersByteCount: headers)
    }

    private func check(crcAt index: Int, over range: Range<Int>, of part: StaticString) throws(Failure) {
        let expected = buffer.span.bigEndian(UInt32.self, at: index)
        // In bounds: the caller has counted the bytes. At most `messageBytesMax` of them: the count fits zlib's 32 bits.
        let found = buffer.withUnsafeBufferPointer { crc32(0, $0.baseAddress! + range.lowerBound, UInt32(range.count)) }
        guard UInt(expected) == UInt(found) else {
            throw Failure(reason: "the checksum of an event stream \(part) is wrong: the bytes were damaged on the way")
        }
    }
}
