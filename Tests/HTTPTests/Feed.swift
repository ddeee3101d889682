@testable import HTTP

/// Feeds bytes to the pure parsers the way a socket would: whole, byte by byte, or cut anywhere.
enum Feed {
    struct HeadOutcome {
        var head: RequestHead?
        var consumed: Int?
        var refusal: HTTPParseError?
    }

    static func head(_ text: String, limits: HTTPLimits = HTTPLimits()) -> HeadOutcome {
        head(Array(text.utf8), cuts: [], limits: limits)
    }

    /// Shows the parser the bytes up to each cut in turn, then all of them; the first verdict counts.
    static func head(_ bytes: [UInt8], cuts: some Sequence<Int>, limits: HTTPLimits = HTTPLimits()) -> HeadOutcome {
        var parser = RequestHeadParser(limits: limits)
        for end in Array(cuts) + [bytes.count] {
            let outcome = bytes.withUnsafeBytes { parser.parse(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
            switch outcome {
            case .complete(let head, let consumed): return HeadOutcome(head: head, consumed: consumed)
            case .refused(let error): return HeadOutcome(refusal: error)
            case .needMore: continue
            }
        }
        return HeadOutcome()
    }

    struct ChunkedOutcome: Equatable {
        var body: [UInt8] = []
        /// Bytes up to the body's end; nil while incomplete or refused.
        var consumed: Int?
        var refusal: HTTPParseError?
    }

    /// Feeds the pieces between the cuts. `outputMax` bounds what one call may give.
    static func chunked(
        _ bytes: [UInt8], cuts: some Sequence<Int>, limits: HTTPLimits = HTTPLimits(), outputMax: Int = .max / 2
    ) -> ChunkedOutcome {
        var decoder = ChunkedDecoder(limits: limits)
        var result = ChunkedOutcome()
        var start = 0
        for end in Array(cuts) + [bytes.count] {
            while start < end {
                let outcome = bytes.withUnsafeBytes {
                    decoder.decode(UnsafeRawBufferPointer(rebasing: $0[start..<end]), into: &result.body, outputMax: outputMax)
                }
                switch outcome {
                case .needMore(let consumed): start += consumed
                case .complete(let consumed):
                    result.consumed = start + consumed
                    return result
                case .refused(let error):
                    result.refusal = error
                    return result
                }
            }
        }
        return result
    }
}
