/// Walks over a block of headers without unpacking them: name length (1), name, type (1), value.
/// Source: Smithy, "Event stream specification", headers.
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

    struct Header {
        var name: ArraySlice<UInt8>
        var kind: Kind
        /// The value's own bytes, without a length.
        var value: ArraySlice<UInt8>
    }

    private var rest: ArraySlice<UInt8>

    init(_ block: ArraySlice<UInt8>) { rest = block }

    /// Throws when a header is malformed or runs past the block, when text is not UTF-8, and when two headers have one name.
    static func validate(_ block: ArraySlice<UInt8>) throws(EventStreamDecoder.Failure) {
        var scanner = Self(block)
        var names: [ArraySlice<UInt8>] = []
        while let header = try scanner.next() {
            guard isUTF8(header.name), header.kind != .string || isUTF8(header.value) else {
                throw EventStreamDecoder.Failure(reason: "an event stream header is not UTF-8")
            }
            names.append(header.name)
        }
        guard areDistinct(names) else { throw EventStreamDecoder.Failure(reason: "an event stream header comes twice") }
    }

    /// Few names are compared in pairs, which takes no memory; the many that a hostile block can hold are hashed.
    private static func areDistinct(_ names: [ArraySlice<UInt8>]) -> Bool {
        guard names.count <= pairwiseMax else { return Set(names).count == names.count }
        return names.indices.allSatisfy { index in !names[..<index].contains { $0.elementsEqual(names[index]) } }
    }

    private static let pairwiseMax = 8

    private static func isUTF8(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy { $0 < 0x80 } || String(validating: text, as: UTF8.self) != nil
    }

    /// The next header of a block that has been validated; nil at its end.
    mutating func nextOfValidated() -> Header? { try? next() }

    private mutating func next() throws(EventStreamDecoder.Failure) -> Header? {
        guard !rest.isEmpty else { return nil }
        let name = try take(Int(take(1).bigEndian(UInt8.self)))
        guard !name.isEmpty else { throw EventStreamDecoder.Failure(reason: "an event stream header has no name") }
        let type = try take(1).bigEndian(UInt8.self)
        guard let kind = Kind(rawValue: type) else {
            throw EventStreamDecoder.Failure(reason: "an event stream header has the unknown type \(type)")
        }
        let byteCount = if let count = kind.byteCount { count } else { try Int(take(2).bigEndian(UInt16.self)) }
        return Header(name: name, kind: kind, value: try take(byteCount))
    }

    private mutating func take(_ count: Int) throws(EventStreamDecoder.Failure) -> ArraySlice<UInt8> {
        guard count <= rest.count else {
            throw EventStreamDecoder.Failure(reason: "an event stream header runs past the headers")
        }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
