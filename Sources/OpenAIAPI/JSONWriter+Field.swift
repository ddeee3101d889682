package import RAG

/// Members in one call; nil is written as null, because OpenAI's clients expect the key to be there.
extension JSONWriter {
    package mutating func field(_ name: String, _ text: String?) {
        key(name)
        if let text { value(text) } else { null() }
    }

    package mutating func field(_ name: String, _ number: Int?) {
        key(name)
        if let number { value(number) } else { null() }
    }

    package mutating func field(_ name: String, _ number: Double?) {
        key(name)
        if let number { value(number) } else { null() }
    }

    package mutating func field(_ name: String, _ flag: Bool) {
        key(name)
        value(flag)
    }

    package mutating func field(_ name: String, _ members: [String: JSONValue]) {
        key(name)
        value(members)
    }

    package mutating func field(_ name: String, _ texts: [String]) {
        key(name)
        array { for text in texts { $0.value(text) } }
    }

    package mutating func field<Item: WireEncodable>(_ name: String, items: [Item]) {
        key(name)
        array { for item in items { $0.value(item) } }
    }

    package mutating func field<Item: WireEncodable>(_ name: String, item: Item?) {
        key(name)
        if let item { value(item) } else { null() }
    }

    /// A nested object.
    package mutating func field(_ name: String, _ body: (inout JSONWriter) -> Void) {
        key(name)
        object(body)
    }
}
