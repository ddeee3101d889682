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
