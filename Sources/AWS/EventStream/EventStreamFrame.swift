/// One message as it lies in the decoder's buffer, checked but not yet unpacked: both checksums hold and the headers are well formed.
/// For readers that look at a header or two and at the payload; `EventStreamMessage` unpacks everything.
package struct EventStreamFrame: Sendable {
    private let buffer: [UInt8]
    private let headerBlock: Range<Int>
    private let payloadRange: Range<Int>

    /// Throws when the headers are malformed. Both ranges lie within the buffer.
    init(_ buffer: [UInt8], headerBlock: Range<Int>, payload: Range<Int>) throws(EventStreamDecoder.Failure) {
        try EventStreamHeaderScanner.validate(headerBlock, in: buffer.span)
        self.buffer = buffer
        self.headerBlock = headerBlock
        payloadRange = payload
    }

    /// A part of the decoder's buffer; its indices do not begin at 0.
    package var payload: ArraySlice<UInt8> { buffer[payloadRange] }

    /// Whether this is an event of that type, such as `contentBlockDelta`.
    package func isEvent(_ type: StaticString) -> Bool { has(":message-type", "event") && has(":event-type", type) }

    /// Whether the message has a string header `name` of exactly this value, compared byte for byte.
    package func has(_ name: StaticString, _ value: StaticString) -> Bool {
        guard let found = range(of: name) else { return false }
        return value.withUTF8Buffer { buffer.span.holds($0, in: found) }
    }

    /// The UTF-8 bytes of the string header `name`.
    package func bytes(of name: StaticString) -> ArraySlice<UInt8>? { range(of: name).map { buffer[$0] } }

    /// The value of a string header such as `:event-type`.
    package func string(_ name: StaticString) -> String? { bytes(of: name).map { String(decoding: $0, as: UTF8.self) } }

    private func range(of name: StaticString) -> Range<Int>? {
        name.withUTF8Buffer { name in
            let span = buffer.span
            var scanner = EventStreamHeaderScanner(headerBlock)
            while let header = scanner.nextOfValidated(in: span) {
                if header.kind == .string, span.holds(name, in: header.name) { return header.value }
            }
            return nil
        }
    }

    var headers: [EventStreamMessage.Header] {
        var headers: [EventStreamMessage.Header] = []
        var scanner = EventStreamHeaderScanner(headerBlock)
        while let header = scanner.nextOfValidated(in: buffer.span) {
            let name = String(decoding: buffer[header.name], as: UTF8.self)
            headers.append(.init(name: name, value: .init(header.kind, buffer, header.value)))
        }
        return headers
    }
}

extension EventStreamMessage.HeaderValue {
    /// From a header that has been validated: `range` holds as many bytes as the kind needs.
    fileprivate init(_ kind: EventStreamHeaderScanner.Kind, _ buffer: [UInt8], _ range: Range<Int>) {
        func number<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer {
            buffer.span.bigEndian(type, at: range.lowerBound)
        }
        self =
            switch kind {
            case .boolTrue: .bool(true)
            case .boolFalse: .bool(false)
            case .byte: .byte(number(Int8.self))
            case .int16: .int16(number(Int16.self))
            case .int32: .int32(number(Int32.self))
            case .int64: .int64(number(Int64.self))
            case .bytes: .bytes(Array(buffer[range]))
            case .string: .string(String(decoding: buffer[range], as: UTF8.self))
            case .timestamp: .timestamp(number(Int64.self))
            case .uuid: .uuid(Array(buffer[range]))
            }
    }
}
