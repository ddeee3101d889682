internal import RAG

/// OpenAI's limits on metadata, which lists of strings join here.
package enum Metadata {
    package static let keysMax = 16
    package static let keyCharactersMax = 64
    package static let valueCharactersMax = 512
    package static let listItemsMax = 64

    /// The object under `name`, empty when absent. Values are strings, numbers, booleans or lists of strings.
    static func read(_ fields: JSONFields, name: String = "metadata") throws -> [String: JSONValue] {
        guard let metadata = try fields.object(name) else { return [:] }
        if metadata.names.count > keysMax {
            throw JSONFields.invalid(
                fields.place(name), "object_above_max_properties",
                "too many properties. Expected at most \(keysMax), but got \(metadata.names.count) instead.")
        }
        var values: [String: JSONValue] = [:]
        for key in metadata.names.sorted().map(\.text) {
            if key.unicodeScalars.count > keyCharactersMax {
                throw JSONFields.invalid(
                    fields.place(name), "string_above_max_length", "a key is longer than \(keyCharactersMax) characters.")
            }
            guard let node = metadata.node(key) else { continue }
            values[key] = try value(node, at: metadata.place(key))
        }
        return values
    }

    private static func value(_ node: JSONNode, at place: String) throws -> JSONValue {
        switch node {
        case .string(let text): return .string(try JSONFields.checkLength(text, valueCharactersMax, place))
        case .array(let items):
            return .array(
                try JSONFields.elements(items, at: place, countMax: listItemsMax).map { item in
                    guard case .string = item.node else { throw JSONFields.mismatch(item.place, "a string", item.node) }
                    return try value(item.node, at: item.place)
                })
        case .bool, .integer, .number: return node.jsonValue
        case .null, .object: throw JSONFields.mismatch(place, "a string, a number, a boolean or an array of strings", node)
        }
    }
}
