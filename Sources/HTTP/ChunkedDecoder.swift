/// Decodes a chunked body (RFC 9112 §7.1) incrementally. Pure.
///
/// A machine of one byte's look-ahead: it holds no input back, and its verdict never depends on how the bytes were split.
/// Chunk extensions are bounded over the whole body and ignored; trailers are bounded, checked as fields and dropped.
package struct ChunkedDecoder: Sendable {
    package enum Outcome: Sendable {
        /// Consumed this many input bytes; data was appended to the output. More input is needed, or more room when
        /// `consumed` is less than the input's count (the output took `outputMax` bytes).
        case needMore(consumed: Int)
        /// The last chunk and trailers are read; bytes after `consumed` are the next request.
        case complete(consumed: Int)
        case refused(HTTPParseError)
    }

    /// Hexadecimal digits of a chunk's size, leading zeros included.
    package static let sizeDigitsMax = 16

    enum State: Hashable, Sendable {
        case size, beforeExtension, chunkExtension, sizeLineFeed
        case data, dataReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed
    }

    private let limits: HTTPLimits
    private var state = State.size
    private var digitCount = 0
    private var size: UInt64 = 0
    /// Data bytes of the current chunk still to come.
    private var remaining = 0
    private var bodyByteCount = 0
    private var extensionByteCount = 0
    private var trailerByteCount = 0

    package init(limits: HTTPLimits) { self.limits = limits }

    /// Decodes from the start of `bytes`, appending at most `outputMax` bytes of body data to `output`.
    package mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8], outputMax: Int) -> Outcome {
        let outputEnd = output.count + max(0, outputMax)
        var position = 0
        do {
            while position < bytes.count {
                if state == .data {
                    let count = min(remaining, bytes.count - position, outputEnd - output.count)
                    guard count > 0 else { break }
                    output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]))
                    take(dataCount: count)
                    position += count
                } else {
                    let isLast = try step(bytes[position])
                    position += 1
                    if isLast { return .complete(consumed: position) }
                }
            }
            return .needMore(consumed: position)
        } catch {
            return .refused(error)
        }
    }

    private mutating func take(dataCount: Int) {
        remaining -= dataCount
        if remaining == 0 { state = .dataReturn }
    }

    /// Takes one byte outside of chunk data. True when it was the body's last.
    private mutating func step(_ byte: UInt8) throws(HTTPParseError) -> Bool {
        switch state {
        case .size: try stepSize(byte)
        case .beforeExtension, .chunkExtension: try stepExtension(byte)
        case .sizeLineFeed:
            try expect(byte, Octets.lineFeed)
            beginChunk()
        case .dataReturn:
            try expect(byte, Octets.carriageReturn)
            state = .dataLineFeed
        case .dataLineFeed:
            try expect(byte, Octets.lineFeed)
            (state, digitCount, size) = (.size, 0, 0)
        case .lastLineFeed:
            try expect(byte, Octets.lineFeed)
            return true
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed: try stepTrailer(byte)
        case .data: preconditionFailure("chunk data is copied, not stepped through")
        }
        return false
    }

    private mutating func stepSize(_ byte: UInt8) throws(HTTPParseError) {
        if let digit = Octets.hexValue(byte) {
            digitCount += 1
            guard digitCount <= Self.sizeDigitsMax else { throw .badRequest("a chunk size has too many digits") }
            // Sixteen digits of four bits fill 64: nothing is shifted out.
            size = size << 4 | UInt64(digit)
            return
        }
        guard digitCount > 0 else { throw .badRequest("a chunk does not begin with a hexadecimal size") }
        try checkSize()
        switch byte {
        case Octets.carriageReturn: state = .sizeLineFeed
        case Octets.semicolon: try enterExtension(.chunkExtension)
        case Octets.space, Octets.tab: try enterExtension(.beforeExtension)
        default: throw .badRequest("a chunk size is not hexadecimal")
        }
    }

    private func checkSize() throws(HTTPParseError) {
        guard size <= UInt64(max(0, limits.bodyBytesMax - bodyByteCount)) else { throw .bodyTooLarge(limits.bodyBytesMax) }
    }

    private mutating func enterExtension(_ next: State) throws(HTTPParseError) {
        state = next
        try countExtensionByte()
    }

    /// `*( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )` (RFC 9112 §7.1.1), not looked into.
    private mutating func stepExtension(_ byte: UInt8) throws(HTTPParseError) {
        if state == .chunkExtension, byte == Octets.carriageReturn {
            state = .sizeLineFeed
            return
        }
        try countExtensionByte()
        guard state == .beforeExtension else {
            guard !Octets.isControl(byte) else { throw .badRequest("a control character in a chunk extension") }
            return
        }
        if byte == Octets.semicolon {
            state = .chunkExtension
        } else if !Octets.isBlank(byte) {
            throw .badRequest("white space after a chunk size without an extension")
        }
    }

    /// Bounded over all chunks, as RFC 9112 §7.1.1 asks.
    private mutating func countExtensionByte() throws(HTTPParseError) {
        extensionByteCount += 1
        guard extensionByteCount <= limits.chunkExtensionBytesMax else {
            throw .badRequest("chunk extensions are larger than \(limits.chunkExtensionBytesMax) bytes")
        }
    }

    private mutating func beginChunk() {
        // `checkSize` has proved that the size is at most `bodyBytesMax`, so it fits an Int.
        remaining = Int(size)
        bodyByteCount += remaining
        state = remaining == 0 ? .trailerStart : .data
    }

    /// `*( field-line CRLF ) CRLF` (RFC 9112 §7.1.2).
    private mutating func stepTrailer(_ byte: UInt8) throws(HTTPParseError) {
        if state == .trailerStart, byte == Octets.carriageReturn {
            state = .lastLineFeed
            return
        }
        trailerByteCount += 1
        guard trailerByteCount <= limits.trailerBytesMax else {
            throw HTTPParseError(status: 431, reason: "the trailer fields are larger than \(limits.trailerBytesMax) bytes")
        }
        switch (state, byte) {
        case (.trailerStart, _) where Octets.isToken(byte): state = .trailerName
        case (.trailerName, Octets.colon): state = .trailerValue
        case (.trailerName, _) where Octets.isToken(byte): break
        case (.trailerValue, Octets.carriageReturn): state = .trailerLineFeed
        case (.trailerValue, _) where !Octets.isControl(byte): break
        case (.trailerLineFeed, Octets.lineFeed): state = .trailerStart
        default: throw .badRequest("a trailer line is not a valid field")
        }
    }

    private func expect(_ byte: UInt8, _ expected: UInt8) throws(HTTPParseError) {
        guard byte == expected else { throw .badRequest("a chunk does not end in CRLF") }
    }
}
