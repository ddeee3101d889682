import AWS

/// Writes event-stream messages, the well-formed and the hostile: every length and checksum can be falsified.
struct EventStreamEncoder {
    /// The header block and payload as they go in.
    var headerBlock: [UInt8] = []
    var payload: [UInt8] = []
    /// Lengths to claim instead of the true ones.
    var totalLength: UInt32?
    var headersLength: UInt32?
    /// Added to the true checksums.
    var preludeCRCError: UInt32 = 0
    var messageCRCError: UInt32 = 0

    var bytes: [UInt8] {
        let count = UInt32(16 + headerBlock.count + payload.count)
        var bytes = Self.bigEndian(totalLength ?? count) + Self.bigEndian(headersLength ?? UInt32(headerBlock.count))
        bytes += Self.bigEndian(CRC32.checksum(bytes) &+ preludeCRCError)
        bytes += headerBlock + payload
        return bytes + Self.bigEndian(CRC32.checksum(bytes) &+ messageCRCError)
    }

    static func bytes(_ message: EventStreamMessage) -> [UInt8] {
        EventStreamEncoder(headerBlock: message.headers.flatMap(header), payload: message.payload).bytes
    }

    /// An event as services send it: three headers and JSON.
    static func event(_ type: String, _ json: String) -> [UInt8] {
        let names = [(":event-type", type), (":content-type", "application/json"), (":message-type", "event")]
        let headers = names.map { EventStreamMessage.Header(name: $0.0, value: .string($0.1)) }
        return bytes(EventStreamMessage(headers: headers, payload: Array(json.utf8)))
    }

    static func header(_ header: EventStreamMessage.Header) -> [UInt8] {
        let (type, value): (UInt8, [UInt8]) =
            switch header.value {
            case .bool(let value): (value ? 0 : 1, [])
            case .byte(let value): (2, bigEndian(value))
            case .int16(let value): (3, bigEndian(value))
            case .int32(let value): (4, bigEndian(value))
            case .int64(let value): (5, bigEndian(value))
            case .bytes(let value): (6, bigEndian(UInt16(value.count)) + value)
            case .string(let value): (7, bigEndian(UInt16(value.utf8.count)) + value.utf8)
            case .timestamp(let value): (8, bigEndian(value))
            case .uuid(let value): (9, value)
            }
        return [UInt8(header.name.utf8.count)] + header.name.utf8 + [type] + value
    }

    static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}

/// CRC-32 from its definition (ISO 3309, reflected polynomial EDB88320), to have something other than zlib to compare with.
enum CRC32 {
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { register, byte in table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] ^ register >> 8 }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
}
