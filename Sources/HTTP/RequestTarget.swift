/// The request target split and percent-decoded (RFC 3986 §2.1, §3.3).
///
/// The rules, in this order:
/// 1. The first `?` ends the path. A `#` is refused: fragments are never sent.
/// 2. The path is split on the `/` that were sent, **before** decoding; then each segment is decoded once. So `%2F` stays inside its
///    segment as `/`, and `%252F` is the three characters `%2F`. Empty segments stay: `/a/` is `["a", ""]`, `/` alone is `[]`.
/// 3. Refused with 400: a `%` without two hexadecimal digits; octets that are not UTF-8 once decoded; control characters (NUL, C0, DEL,
///    C1), encoded or not; a segment that is `.` or `..`, or holds one between the slashes of `%2F`, in whatever encoding. Paths are
///    never normalised: what would need it is refused.
/// 4. The query is split on `&`, each item on its first `=`; `+` is a space, then `%` is decoded. Empty items are dropped. Control
///    characters are data in a query (a question may have several lines), but NUL is refused and so is what is not UTF-8.
package struct RequestTarget: Hashable, Sendable {
    /// Decoded path segments. `%2F` stays inside its segment as `/`; `.` and `..` are refused, so are NUL, control characters and invalid UTF-8.
    package var segments: [String]
    private let items: [QueryItem]

    private struct QueryItem: Hashable, Sendable {
        var name: String
        var value: String
    }

    /// Query items in order, decoded, `+` as a space.
    package var query: [(name: String, value: String)] { items.map { ($0.name, $0.value) } }

    /// Parses origin-form or `*` (no segments). Throws `HTTPParseError` 400.
    package init(_ target: String) throws {
        let bytes = Array(target.utf8)
        guard !bytes.contains(UInt8(ascii: "#")) else { throw HTTPParseError.badRequest("the target holds a fragment") }
        let pathEnd = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        let path = bytes[..<pathEnd]
        items = try Self.items(bytes[pathEnd...].dropFirst())
        if target == "*" || path.elementsEqual("/".utf8) {
            segments = []
            return
        }
        guard path.first == Octets.slash else { throw HTTPParseError.badRequest("the target does not begin with a slash") }
        segments = try path.dropFirst().split(separator: Octets.slash, omittingEmptySubsequences: false).map(Self.segment)
    }

    /// The value of the first query item of this name.
    package func queryValue(_ name: String) -> String? { items.first { $0.name == name }?.value }

    private static func segment(_ raw: ArraySlice<UInt8>) throws -> String {
        guard let segment = PercentDecoding.decodeText(raw) else {
            throw HTTPParseError.badRequest("the path is not valid percent-encoded UTF-8")
        }
        guard !segment.holdsControlCharacter else { throw HTTPParseError.badRequest("a control character in the path") }
        guard !holdsDots(segment) else { throw HTTPParseError.badRequest("the path holds . or .. as a segment") }
        return segment
    }

    /// Whether `.` or `..` stands between slashes or alone.
    private static func holdsDots(_ segment: String) -> Bool {
        segment.utf8.contains(UInt8(ascii: "."))
            && segment.utf8.split(separator: Octets.slash).contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
    }

    private static func items(_ query: ArraySlice<UInt8>) throws -> [QueryItem] {
        try query.split(separator: UInt8(ascii: "&")).map { item in
            let pair = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return QueryItem(name: try queryText(pair[0]), value: pair.count == 2 ? try queryText(pair[1]) : "")
        }
    }

    private static func queryText(_ raw: ArraySlice<UInt8>) throws -> String {
        guard let text = PercentDecoding.decodeText(raw, plusIsSpace: true), !text.utf8.contains(0) else {
            throw HTTPParseError.badRequest("the query is not valid percent-encoded UTF-8")
        }
        return text
    }
}
