internal import RAG

/// A parsed request body. Unlike `JSONValue` it keeps 64-bit integers exact.
enum JSONNode: Hashable, Sendable {
    case null
    case bool(Bool)
    /// Written without fraction and exponent, and within `Int`.
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONNode])
    /// Of repeated names the last one counts.
    case object([JSONName: JSONNode])

    /// As error messages call it.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a decimal number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    func isString(_ text: String) -> Bool {
        if case .string(let own) = self { own.isSame(as: text) } else { false }
    }

    /// The same value in the domain's terms. Nothing but bounded names may come here: they are hashed as `String`.
    var jsonValue: JSONValue {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): .number(Double(number))
        case .number(let number): .number(number)
        case .string(let text): .string(text)
        case .array(let items): .array(items.map(\.jsonValue))
        case .object(let members):
            .object(Dictionary(members.map { ($0.text, $1.jsonValue) }, uniquingKeysWith: { $1 }))
        }
    }
}
