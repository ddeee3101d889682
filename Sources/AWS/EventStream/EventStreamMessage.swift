/// One message of `application/vnd.amazon.eventstream`.
package struct EventStreamMessage: Hashable, Sendable {
    package enum HeaderValue: Hashable, Sendable {
        case bool(Bool)
        case byte(Int8)
        case int16(Int16)
        case int32(Int32)
        case int64(Int64)
        case bytes([UInt8])
        case string(String)
        /// Milliseconds since 1970.
        case timestamp(Int64)
        /// 16 bytes.
        case uuid([UInt8])
    }

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: HeaderValue

        package init(name: String, value: HeaderValue) {
            self.name = name
            self.value = value
        }
    }

    package var headers: [Header]
    package var payload: [UInt8]

    package init(headers: [Header], payload: [UInt8]) {
        self.headers = headers
        self.payload = payload
    }

    /// Unpacks a frame; its payload is copied out of the decoder's buffer.
    package init(_ frame: EventStreamFrame) {
        self.init(headers: frame.headers, payload: Array(frame.payload))
    }

    /// The value of a string header such as `:event-type`, found byte for byte.
    package func string(_ name: StaticString) -> String? {
        name.withUTF8Buffer { name in
            for header in headers where header.name.utf8.elementsEqual(name) {
                if case .string(let value) = header.value { return value }
            }
            return nil
        }
    }
}

extension EventStreamMessage.Header {
    /// From a header that has been validated.
    init(_ header: EventStreamHeaderScanner.Header) {
        self.init(name: String(decoding: header.name, as: UTF8.self), value: .init(header.kind, header.value))
    }
}

extension EventStreamMessage.HeaderValue {
    /// `bytes` holds as many as the kind needs.
    fileprivate init(_ kind: EventStreamHeaderScanner.Kind, _ bytes: ArraySlice<UInt8>) {
        self =
            switch kind {
            case .boolTrue: .bool(true)
            case .boolFalse: .bool(false)
            case .byte: .byte(bytes.bigEndian(Int8.self))
            case .int16: .int16(bytes.bigEndian(Int16.self))
            case .int32: .int32(bytes.bigEndian(Int32.self))
            case .int64: .int64(bytes.bigEndian(Int64.self))
            case .bytes: .bytes(Array(bytes))
            case .string: .string(String(decoding: bytes, as: UTF8.self))
            case .timestamp: .timestamp(bytes.bigEndian(Int64.self))
            case .uuid: .uuid(Array(bytes))
            }
    }
}
