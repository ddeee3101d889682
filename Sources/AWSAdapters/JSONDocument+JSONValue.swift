internal import AWS
internal import RAG

extension JSONDocument {
    /// Whole numbers become integers.
    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let value): self = Int(exactly: value).map { .integer($0) } ?? .number(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .array(elements.map { JSONDocument($0) })
        case .object(let members): self = .object(members.mapValues { JSONDocument($0) })
        }
    }
}

extension JSONValue {
    init(_ document: JSONDocument) {
        switch document {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .number(Double(value))
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .array(elements.map { JSONValue($0) })
        case .object(let members): self = .object(members.mapValues { JSONValue($0) })
        }
    }
}
