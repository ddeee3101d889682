/// Decodes a chunked body (RFC 9112 §7.1) incrementally. Pure.
package struct ChunkedDecoder: Sendable {
    package enum Outcome: Sendable {
        /// Consumed this many input bytes; data was appended to the output; more input is needed.
        case needMore(consumed: Int)
        /// The last chunk and trailers are read; bytes after `consumed` are the next request.
        case complete(consumed: Int)
        case refused(HTTPParseError)
    }

    package init(limits: HTTPLimits) { fatalError("contract") }

    /// Decodes from the start of `bytes`, appending at most `outputMax` bytes of body data to `output`.
    package mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8], outputMax: Int) -> Outcome {
        fatalError("contract")
    }
}
