/// Walks over a block of headers without unpacking them: name length (1), name, type (1), value.
/// Source: Smithy, "Event stream specification", headers.
///
/// It holds no bytes, only where it is: a frame a token must cost no reference counting.
struct EventStreamHeaderScanner {
    /// The types by their number on the wire.
    enum Kind: UInt8 {
        case boolTrue = 0
        case boolFalse, byte, int16, int32, int64, bytes, string, timestamp, uuid

        /// Bytes of the value; nil where a length of two bytes stands before it.
        var byteCount: Int? {
            switch self {
            case .boolTrue, .boolFalse: 0
            case .byte: 1
            case .int16: 2
            case .int32: 4
            case .int64, .timestamp: 8
            case .uuid: 16
            case .bytes, .string: nil
            }
        }
    }

    /// Where a header lies in the buffer.
    struct Header {
        var name: Range<Int>
        var kind: Kind
        /// The value's own bytes, without a length.
        var value: Range<Int>
    }

    private var index: Int
    private let end: Int

    /// `block` lies within the buffer that the other methods are given.
    init(_ block: Range<Int>) { (index, end) = (block.lowerBound, block.upperBound) }

    /// The next header of a block that has been validated; nil at its end.
    mutating func nextOfValidated(in buffer: Span<UInt8>) -> Header? { try? next(in: buffer) }

    /// The next header; nil at the block's end. Throws when it is malformed or runs past the block.
    mutating func next(in buffer: Span<UInt8>) throws(EventStreamDecoder.Failure) -> Header? {
        guard index < end else { return nil }
        let name = try take(Int(buffer[take(1).lowerBound]))
        guard !name.isEmpty else { throw EventStreamDecoder.Failure(reason: "an event stream header has no name") }
        let type = buffer[try take(1).lowerBound]
        guard let kind = Kind(rawValue: type) else {
            throw EventStreamDecoder.Failure(reason: "an event stream header has the unknown type \(type)")
        }
        let byteCount =
            if let count = kind.byteCount { count } else { Int(buffer.bigEndian(UInt16.self, at: try take(2).lowerBound)) }
        return Header(name: name, kind: kind, value: try take(byteCount))
    }

    private mutating func take(_ count: Int) throws(EventStreamDecoder.Failure) -> Range<Int> {
        guard count <= end - index else {
            throw EventStreamDecoder.Failure(reason: "an event stream header runs past the headers")
        }
        defer { index += count }
        return index..<(index + count)
    }
}

extension Span<UInt8> {
    /// The integer in the bytes from `index` on, of which there are enough.
    func bigEndian<Integer: FixedWidthInteger>(_ type: Integer.Type, at index: Int) -> Integer {
        var number: Integer = 0
        for offset in 0..<(Integer.bitWidth / 8) { number = number << 8 | Integer(truncatingIfNeeded: self[index + offset]) }
        return number
    }

    /// Whether the bytes in `range` are these.
    func holds(_ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) -> Bool {
        range.count == bytes.count && bytes.indices.allSatisfy { bytes[$0] == self[range.lowerBound + $0] }
    }
}
