package import RAG

/// Appends JSON to a byte buffer: no tree, no reflection, keys in the order they are written.
///
/// Commas are its business, pairing is guaranteed by closures. Every Swift string is encodable; only what RFC 8259 §7
/// demands is escaped, plus U+2028, U+2029 and U+007F for consumers that paste JSON into scripts or terminals.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    /// `{…}` with the members `body` writes.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    /// `[…]` with the values `body` writes.
    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        enclosed(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    /// The member's name; exactly one value must follow.
    package mutating func key(_ name: String) {
        separate()
        Self.appendEscaped(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func value(_ text: String) {
        separate()
        Self.appendEscaped(text, to: &bytes)
        needsComma = true
    }

    package mutating func value(_ number: Int) {
        literal(String(number))
    }

    /// The shortest text that reads back as the same number; JSON has no infinities and no NaN, they become null.
    package mutating func value(_ number: Double) {
        literal(number.isFinite ? number.description : "null")
    }

    /// The shortest text that reads back as the same single-precision number; null when not finite.
    package mutating func value(_ number: Float) {
        literal(number.isFinite ? number.description : "null")
    }

    package mutating func value(_ flag: Bool) {
        literal(flag ? "true" : "false")
    }

    package mutating func null() {
        literal("null")
    }

    package mutating func value(_ item: some WireEncodable) {
        item.write(to: &self)
    }

    /// Object keys come out sorted, whole numbers without a fraction.
    package mutating func value(_ json: JSONValue) {
        switch json {
        case .null: null()
        case .bool(let flag): value(flag)
        case .number(let number):
            if let whole = Int(exactly: number) { value(whole) } else { value(number) }
        case .string(let text): value(text)
        case .array(let items): array { for item in items { $0.value(item) } }
        case .object(let members): value(members)
        }
    }

    package mutating func value(_ members: [String: JSONValue]) {
        object {
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                $0.key(name)
                $0.value(member)
            }
        }
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func enclosed(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }
}

/// What can go out as one JSON value.
package protocol WireEncodable: Sendable {
    func write(to json: inout JSONWriter)
}

extension WireEncodable {
    /// The value as a complete JSON text in UTF-8.
    package func encoded() -> [UInt8] {
        var json = JSONWriter()
        write(to: &json)
        return json.bytes
    }
}
