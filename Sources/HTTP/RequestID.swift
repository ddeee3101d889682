internal import HTTPTypes

/// The ids that tie an answer to its log lines.
struct RequestID: Sendable {
    static let fieldName = HTTPField.Name("x-request-id")!  // A token by RFC 9110 §5.6.2, so never nil.

    private let prefix: String
    private var count = 0

    /// `prefix` differs between connections.
    init(prefix: UInt64 = .random(in: 0...(.max))) {
        let digits = String(prefix, radix: 16)
        self.prefix = "req_" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The client's id when it is 1 to 128 visible ASCII characters (nothing that could confuse a log), otherwise a new one.
    mutating func id(for fields: HTTPFields) -> String {
        if let offered = fields[Self.fieldName], Self.isValid(offered) { return offered }
        return make()
    }

    mutating func make() -> String {
        count += 1
        return "\(prefix)_\(count)"
    }

    static func isValid(_ id: String) -> Bool {
        (1...EngineLimits.requestIDBytesMax).contains(id.utf8.count) && id.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}
