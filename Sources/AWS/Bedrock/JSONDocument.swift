/// Any JSON value (Smithy's "document" type): tool schemas, tool input, fields that only some models know. Whole numbers stay whole.
package enum JSONDocument: Hashable, Sendable, Codable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONDocument])
    case object([String: JSONDocument])

    package init(from decoder: any Decoder) throws { fatalError("contract") }
    package func encode(to encoder: any Encoder) throws { fatalError("contract") }
}
