internal import RAG

/// `limit` and `after` of a list's query, checked.
package struct PageQuery: Hashable, Sendable {
    package static let limitDefault = 100
    package static let limitMax = 1_000

    package var limit: Int
    /// The id after which the page begins.
    package var after: String?

    /// From the raw query values, nil where absent. Throws `.invalidRequest` naming `limit` or `after`.
    package init(limit: String?, after: String?) throws {
        self.limit = try limit.map(Self.checkedLimit) ?? Self.limitDefault
        self.after = after
        if after?.isEmpty == true { throw JSONFields.invalid("after", "empty_string", "expected the id of a document.") }
    }

    private static func checkedLimit(_ text: String) throws -> Int {
        guard let limit = Int(text), 1...limitMax ~= limit else {
            throw JSONFields.invalid(
                "limit", "invalid_value", "expected an integer from 1 to \(limitMax), but got '\(text.excerpt(32))' instead.")
        }
        return limit
    }
}
