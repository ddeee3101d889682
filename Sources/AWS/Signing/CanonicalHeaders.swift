internal import HTTPTypes

/// The header fields that a signature covers, in canonical form.
struct CanonicalHeaders {
    /// `name:value` lines sorted by name, each with its newline.
    private(set) var lines: [UInt8] = []
    /// Names in lower case, sorted, joined by `;`.
    private(set) var signedNames: [UInt8] = []

    /// `host` stands for the `Host` field unless the fields have one.
    init(_ fields: HTTPFields, host: [UInt8]) {
        var signed: [(name: String, order: Int, value: [UInt8])] = []
        signed.reserveCapacity(fields.count + 1)
        for field in fields where !Self.unsignedNames.contains(field.name.canonicalName) {
            signed.append((field.name.canonicalName, signed.count, field.withUnsafeBytesOfValue { Self.trimmed($0) }))
        }
        if !signed.contains(where: { $0.name == "host" }) { signed.append(("host", signed.count, host)) }
        // The values of one name stay in the order they are sent in.
        signed.sort { ($0.name, $0.order) < ($1.name, $1.order) }
        for (index, field) in signed.enumerated() {
            append(field.name, field.value, isRepeated: index > 0 && signed[index - 1].name == field.name)
        }
        lines.append(.newline)
    }

    private mutating func append(_ name: String, _ value: [UInt8], isRepeated: Bool) {
        if isRepeated {
            lines.append(UInt8(ascii: ","))
        } else {
            if !lines.isEmpty {
                lines.append(.newline)
                signedNames.append(UInt8(ascii: ";"))
            }
            signedNames += name.utf8
            lines += name.utf8
            lines.append(UInt8(ascii: ":"))
        }
        lines += value
    }

    /// Without white space at both ends, and with one space for each run inside.
    private static func trimmed(_ value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var trimmed: [UInt8] = []
        trimmed.reserveCapacity(value.count)
        for word in value.split(whereSeparator: { $0 == UInt8(ascii: " ") || (0x09...0x0D).contains($0) }) {
            if !trimmed.isEmpty { trimmed.append(UInt8(ascii: " ")) }
            trimmed += word
        }
        return trimmed
    }

    /// What a client or a proxy on the way may set or change. Source: botocore, `SIGNED_HEADERS_BLACKLIST`.
    private static let unsignedNames: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]
}
