internal import RAG

/// The members of one JSON object of a request, with its place in the body for error messages.
package struct JSONFields: Sendable {
    private let members: [JSONName: JSONNode]
    /// Empty for the body itself, else such as `messages[0]`.
    let path: String

    init(members: [JSONName: JSONNode], path: String) {
        self.members = members
        self.path = path
    }

    /// Where `name` stands, such as `stream_options.include_usage`.
    func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// The value, nil when absent or null.
    func node(_ name: String) -> JSONNode? {
        if case .some(.null) = members[JSONName(name)] { nil } else { members[JSONName(name)] }
    }

    func require(_ name: String) throws -> JSONNode {
        guard let node = node(name) else { throw missing(name) }
        return node
    }

    func missing(_ name: String) -> OutcropFailure {
        OutcropFailure(
            .invalidRequest, code: "missing_required_parameter", "Missing required parameter: '\(place(name))'.",
            parameter: place(name))
    }
}

extension JSONFields {
    func string(_ name: String) throws -> String? {
        guard let node = node(name) else { return nil }
        guard case .string(let text) = node else { throw Self.mismatch(place(name), "a string", node) }
        return text
    }

    /// A string of 1 to `charactersMax` characters.
    func requireString(_ name: String, charactersMax: Int) throws -> String {
        guard let text = try string(name) else { throw missing(name) }
        if text.isEmpty { throw Self.invalid(place(name), "empty_string", "expected a string with at least one character.") }
        return try Self.checkLength(text, charactersMax, place(name))
    }

    func string(_ name: String, charactersMax: Int) throws -> String? {
        try string(name).map { try Self.checkLength($0, charactersMax, place(name)) }
    }

    func bool(_ name: String) throws -> Bool? {
        guard let node = node(name) else { return nil }
        guard case .bool(let flag) = node else { throw Self.mismatch(place(name), "a boolean", node) }
        return flag
    }

    func integer(_ name: String, in range: ClosedRange<Int> = Int.min...Int.max) throws -> Int? {
        guard let node = node(name) else { return nil }
        guard let number = node.wholeNumber else { throw Self.mismatch(place(name), "an integer", node) }
        guard range.contains(number) else {
            throw Self.outOfRange(
                place(name), "integer", isAbove: number > range.upperBound,
                limits: ("\(range.lowerBound)", "\(range.upperBound)"),
                got: "\(number)")
        }
        return number
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let node = node(name) else { return nil }
        guard let number = node.doubleValue else { throw Self.mismatch(place(name), "a decimal number", node) }
        guard range.contains(number) else {
            throw Self.outOfRange(
                place(name), "decimal", isAbove: number > range.upperBound,
                limits: (Self.shortest(range.lowerBound), Self.shortest(range.upperBound)), got: Self.shortest(number))
        }
        return number
    }

    /// One of the strings that `Choice` knows.
    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ type: Choice.Type) throws -> Choice?
    where Choice.RawValue == String {
        guard let text = try string(name) else { return nil }
        guard let choice = Choice(exactly: text) else {
            throw Self.unsupported(place(name), value: text, allowed: Choice.allCases.map(\.rawValue))
        }
        return choice
    }

    func object(_ name: String) throws -> JSONFields? {
        guard let node = node(name) else { return nil }
        return try Self.fields(node, at: place(name))
    }

    /// The elements with their places.
    func array(_ name: String, countMax: Int) throws -> [(node: JSONNode, place: String)]? {
        guard let node = node(name) else { return nil }
        guard case .array(let items) = node else { throw Self.mismatch(place(name), "an array", node) }
        return try Self.elements(items, at: place(name), countMax: countMax)
    }

    /// A string, or an array of up to `countMax`, with the place of each.
    func texts(_ name: String, countMax: Int) throws -> [(text: String, place: String)]? {
        switch node(name) {
        case nil: return nil
        case .string(let text): return [(text, place(name))]
        case .array(let items):
            return try Self.elements(items, at: place(name), countMax: countMax).map { element in
                guard case .string(let text) = element.node else {
                    throw Self.mismatch(element.place, "a string", element.node)
                }
                return (text, element.place)
            }
        case .some(let node): throw Self.mismatch(place(name), "a string or an array of strings", node)
        }
    }

    /// The names present, in no particular order.
    var names: Dictionary<JSONName, JSONNode>.Keys { members.keys }

    static func fields(_ node: JSONNode, at place: String) throws -> JSONFields {
        guard case .object(let members) = node else { throw mismatch(place, "an object", node) }
        return JSONFields(members: members, path: place)
    }

    static func elements(_ items: [JSONNode], at place: String, countMax: Int) throws -> [(node: JSONNode, place: String)] {
        if items.count > countMax {
            throw invalid(
                place, "array_above_max_length",
                "array too long. Expected an array with maximum length \(countMax), "
                    + "but got an array with length \(items.count) instead.")
        }
        return items.enumerated().map { ($1, "\(place)[\($0)]") }
    }
}

extension JSONNode {
    /// Also of `3.0`, as RFC 8259 makes no difference; nil of `3.5`. Beyond 64 bits it is the nearest `Int`.
    var wholeNumber: Int? {
        switch self {
        case .integer(let number): number
        case .number(let number): number == number.rounded() ? Int(exactly: number) ?? (number < 0 ? .min : .max) : nil
        default: nil
        }
    }

    var doubleValue: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
