/// One message as it lies in the decoder's buffer, checked but not yet unpacked: both checksums hold and the headers are well formed.
/// For readers that look at a header or two and at the payload; `EventStreamMessage` unpacks everything.
package struct EventStreamFrame: Sendable {
    package let payload: ArraySlice<UInt8>
    private let headerBlock: ArraySlice<UInt8>

    init(headerBlock: ArraySlice<UInt8>, payload: ArraySlice<UInt8>) throws(EventStreamDecoder.Failure) {
        try EventStreamHeaderScanner.validate(headerBlock)
        self.headerBlock = headerBlock
        self.payload = payload
    }

    /// Whether the message has a string header `name` of exactly this value, compared byte for byte.
    package func has(_ name: StaticString, _ value: StaticString) -> Bool {
        guard let found = bytes(of: name) else { return false }
        return value.withUTF8Buffer { found.elementsEqual($0) }
    }

    /// The UTF-8 bytes of the string header `name`.
    package func bytes(of name: StaticString) -> ArraySlice<UInt8>? {
        var scanner = EventStreamHeaderScanner(headerBlock)
        while let header = scanner.nextOfValidated() {
            if header.kind == .string, name.withUTF8Buffer({ header.name.elementsEqual($0) }) { return header.value }
        }
        return nil
    }

    /// The value of a string header such as `:event-type`.
    package func string(_ name: StaticString) -> String? { bytes(of: name).map { String(decoding: $0, as: UTF8.self) } }

    /// Whether this is an event of that type, such as `contentBlockDelta`.
    package func isEvent(_ type: StaticString) -> Bool { has(":message-type", "event") && has(":event-type", type) }

    var headers: [EventStreamMessage.Header] {
        var headers: [EventStreamMessage.Header] = []
        var scanner = EventStreamHeaderScanner(headerBlock)
        while let header = scanner.nextOfValidated() { headers.append(EventStreamMessage.Header(header)) }
        return headers
    }
}
