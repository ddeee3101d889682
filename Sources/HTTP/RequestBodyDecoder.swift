/// Cuts one request body out of the bytes of a connection (RFC 9112 §6). Pure.
struct RequestBodyDecoder {
    enum Step: Hashable, Sendable {
        /// At most `EngineLimits.pieceBytesMax` bytes, at least one.
        case piece([UInt8])
        case end
        case needMore
        /// Sticky: the connection can only be closed.
        case refused(HTTPParseError)
    }

    private enum State {
        case length(remaining: Int)
        case chunked(ChunkedDecoder)
        case ended
        case refused(HTTPParseError)
    }

    private var state: State
    private let bytesMax: Int
    /// Body bytes handed out so far.
    private(set) var byteCount = 0

    init(_ framing: RequestHead.Framing, limits: HTTPLimits) {
        bytesMax = limits.bodyBytesMax
        state =
            switch framing {
            case .none, .length(0): .ended
            case .length(let count): .length(remaining: count)
            case .chunked: .chunked(ChunkedDecoder(limits: limits))
            }
        if case .length(let count) = framing, count > bytesMax { refuse(tooLarge) }
    }

    var isComplete: Bool {
        if case .ended = state { true } else { false }
    }

    var isRefused: Bool {
        if case .refused = state { true } else { false }
    }

    /// What is known to be missing; nil for chunked bodies.
    var remaining: Int? {
        switch state {
        case .length(let remaining): remaining
        case .chunked: nil
        case .ended, .refused: 0
        }
    }

    mutating func next(from buffer: inout InputBuffer) -> Step {
        switch state {
        case .ended: .end
        case .refused(let error): .refused(error)
        case .length(let remaining): nextOfLength(remaining, &buffer)
        case .chunked(let decoder): nextOfChunks(decoder, &buffer)
        }
    }

    /// Ends the body early: a deadline, or the other end closed before its end.
    mutating func refuse(_ error: HTTPParseError) {
        guard !isRefused else { return }
        state = .refused(error)
    }

    private mutating func nextOfLength(_ remaining: Int, _ buffer: inout InputBuffer) -> Step {
        let piece = buffer.take(min(remaining, EngineLimits.pieceBytesMax))
        if piece.isEmpty { return .needMore }
        byteCount += piece.count
        state = piece.count == remaining ? .ended : .length(remaining: remaining - piece.count)
        return .piece(piece)
    }

    private mutating func nextOfChunks(_ decoder: ChunkedDecoder, _ buffer: inout InputBuffer) -> Step {
        var decoder = decoder
        var piece: [UInt8] = []
        let outcome = buffer.withUnread { decoder.decode($0, into: &piece, outputMax: EngineLimits.pieceBytesMax) }
        switch outcome {
        case .needMore(let consumed):
            buffer.consume(consumed)
            state = .chunked(decoder)
        case .complete(let consumed):
            buffer.consume(consumed)
            state = .ended
        case .refused(let error): refuse(error)
        }
        byteCount += piece.count
        if byteCount > bytesMax { refuse(tooLarge) }
        if case .refused(let error) = state { return .refused(error) }
        if !piece.isEmpty { return .piece(piece) }
        return isComplete ? .end : .needMore
    }

    private var tooLarge: HTTPParseError {
        HTTPParseError(status: 413, reason: "the body is larger than \(bytesMax) bytes")
    }
}
