internal import RAG

/// OpenAI's `{"type":"eq","key":…,"value":…}` and `{"type":"and","filters":[…]}`.
extension MetadataFilter {
    /// The filter under `name`, nil when absent.
    init?(fields: JSONFields, name: String) throws {
        guard let filter = try fields.object(name) else { return nil }
        var clauseCount = 0
        self = try Self.read(filter, depth: 1, clauseCount: &clauseCount)
    }

    private static func read(_ fields: JSONFields, depth: Int, clauseCount: inout Int) throws -> MetadataFilter {
        clauseCount += 1
        if depth > depthMax { throw JSONFields.invalid(fields.path, "filter_too_deep", "nested deeper than \(depthMax) levels.") }
        if clauseCount > clausesMax {
            throw JSONFields.invalid(fields.path, "filter_too_large", "more than \(clausesMax) clauses.")
        }
        guard let type = try fields.choice("type", FilterType.self) else { throw fields.missing("type") }
        switch type {
        case .and, .or:
            guard let elements = try fields.array("filters", countMax: clausesMax) else { throw fields.missing("filters") }
            if elements.isEmpty {
                throw JSONFields.invalid(fields.place("filters"), "empty_array", "expected at least one filter.")
            }
            let filters = try elements.map {
                try read(JSONFields.fields($0.node, at: $0.place), depth: depth + 1, clauseCount: &clauseCount)
            }
            return type == .and ? .and(filters) : .or(filters)
        case .eq: return try compare(fields, .eq)
        case .ne: return try compare(fields, .ne)
        case .gt: return try compare(fields, .gt)
        case .gte: return try compare(fields, .gte)
        case .lt: return try compare(fields, .lt)
        case .lte: return try compare(fields, .lte)
        case .in: return try compare(fields, .in)
        case .nin: return try compare(fields, .nin)
        }
    }

    private static func compare(_ fields: JSONFields, _ comparison: Comparison) throws -> MetadataFilter {
        let key = try fields.requireString("key", charactersMax: Metadata.keyCharactersMax)
        return .compare(key: key, comparison, try operand(fields, isList: comparison == .in || comparison == .nin))
    }

    private static func operand(_ fields: JSONFields, isList: Bool) throws -> JSONValue {
        let node = try fields.require("value")
        let place = fields.place("value")
        switch node {
        case .string, .integer, .number, .bool:
            try checkLength(node, place)
            if isList { throw JSONFields.mismatch(place, "an array of strings and numbers", node) }
            return node.jsonValue
        case .array(let items) where isList:
            for item in try JSONFields.elements(items, at: place, countMax: clausesMax) {
                switch item.node {
                case .string, .integer, .number, .bool: try checkLength(item.node, item.place)
                default: throw JSONFields.mismatch(item.place, "a string, a number or a boolean", item.node)
                }
            }
            return node.jsonValue
        default:
            throw JSONFields.mismatch(place, isList ? "an array of strings and numbers" : "a string, a number or a boolean", node)
        }
    }

    /// No attribute that an upload can carry is longer.
    private static func checkLength(_ node: JSONNode, _ place: String) throws {
        if case .string(let text) = node { _ = try JSONFields.checkLength(text, Metadata.valueCharactersMax, place) }
    }

    private enum FilterType: String, CaseIterable {
        case eq, ne, gt, gte, lt, lte, `in`, nin, and, or
    }
}
