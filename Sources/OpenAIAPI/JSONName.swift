/// A member's name, the same as another one only when their bytes are.
///
/// `String` would not do: it takes canonically equivalent names for one, so that a member vanishes, and normalises to hash and
/// compare, which takes time in the square of a run of combining marks: minutes for some hundred kilobytes.
struct JSONName: Hashable, Comparable, Sendable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: JSONName, right: JSONName) -> Bool { left.text.isSame(as: right.text) }

    static func < (left: JSONName, right: JSONName) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        hasher.combine(text.utf8.count)
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension JSONName: ExpressibleByStringLiteral {
    init(stringLiteral text: String) { self.init(text) }
}

extension String {
    /// Byte for byte, in time of the shorter one whatever a client sent.
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// At most `count` Unicode scalars of what a client sent; a single `Character` may be megabytes long.
    func excerpt(_ count: Int) -> String { String(String.UnicodeScalarView(unicodeScalars.prefix(count))) }
}

extension RawRepresentable where Self: CaseIterable, RawValue == String {
    /// The case whose raw value has exactly the bytes of `text`.
    init?(exactly text: String) {
        guard let match = Self.allCases.first(where: { $0.rawValue.isSame(as: text) }) else { return nil }
        self = match
    }
}
