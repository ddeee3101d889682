/// The request target split and percent-decoded (RFC 3986 §2.1, §3.3).
package struct RequestTarget: Hashable, Sendable {
    /// Decoded path segments. `%2F` stays inside its segment as `/`; `.` and `..` are refused, so are NUL, control characters and invalid UTF-8.
    package var segments: [String]
    /// Query items in order, decoded, `+` as a space.
    package var query: [(name: String, value: String)] { fatalError("contract") }

    /// Parses origin-form or `*` (no segments). Throws `HTTPParseError` 400.
    package init(_ target: String) throws { fatalError("contract") }

    package func queryValue(_ name: String) -> String? { fatalError("contract") }
}
