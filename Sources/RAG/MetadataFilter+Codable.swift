/// OpenAI's shape: `{"type":"eq","key":"k","value":v}` and `{"type":"and","filters":[…]}`.
///
/// Errors are `DecodingError`s whose coding path names the field at fault. At most `depthMax` levels and `clausesMax` filters.
extension MetadataFilter: Codable {
    private enum Field: String, CodingKey { case type, key, value, filters }

    package init(from decoder: any Decoder) throws {
        var clauseCount = 0
        self = try Self.decode(from: decoder.container(keyedBy: Field.self), depth: 1, clauseCount: &clauseCount)
    }

    private static func decode(
        from container: KeyedDecodingContainer<Field>, depth: Int, clauseCount: inout Int
    ) throws -> MetadataFilter {
        clauseCount += 1
        guard depth <= depthMax else { throw container.invalid("Filters nest deeper than \(depthMax) levels.") }
        guard clauseCount <= clausesMax else { throw container.invalid("The filter has more than \(clausesMax) clauses.") }
        let type = try container.decode(String.self, forKey: .type)
        if let comparison = Comparison(rawValue: type) {
            let key = try container.decode(String.self, forKey: .key)
            return .compare(key: key, comparison, try operand(of: comparison, in: container))
        }
        guard type == "and" || type == "or" else {
            throw container.invalid(at: .type, "Unknown filter type; use eq, ne, gt, gte, lt, lte, in, nin, and, or.")
        }
        let filters = try children(of: container, depth: depth, clauseCount: &clauseCount)
        return type == "and" ? .and(filters) : .or(filters)
    }

    private static func children(
        of container: KeyedDecodingContainer<Field>, depth: Int, clauseCount: inout Int
    ) throws -> [MetadataFilter] {
        var list = try container.nestedUnkeyedContainer(forKey: .filters)
        var filters: [MetadataFilter] = []
        while !list.isAtEnd {
            filters.append(
                try decode(from: list.nestedContainer(keyedBy: Field.self), depth: depth + 1, clauseCount: &clauseCount))
        }
        guard !filters.isEmpty else { throw container.invalid(at: .filters, "A compound filter needs at least one filter.") }
        return filters
    }

    private static func operand(of comparison: Comparison, in container: KeyedDecodingContainer<Field>) throws -> JSONValue {
        let value = try container.decode(JSONValue.self, forKey: .value)
        switch (comparison, value) {
        case (.eq, .string), (.eq, .number), (.eq, .bool), (.ne, .string), (.ne, .number), (.ne, .bool): return value
        case (.gt, .string), (.gte, .string), (.lt, .string), (.lte, .string): return value
        case (.gt, .number), (.gte, .number), (.lt, .number), (.lte, .number): return value
        case (.in, .array(let elements)), (.nin, .array(let elements)):
            guard elements.count <= clausesMax, elements.allSatisfy(\.isScalar) else {
                throw container.invalid(at: .value, "A list of at most \(clausesMax) strings, numbers or booleans is expected.")
            }
            return value
        case (.in, _), (.nin, _): throw container.invalid(at: .value, "in and nin take a list.")
        case (.eq, _), (.ne, _): throw container.invalid(at: .value, "A string, a number or a boolean is expected.")
        default: throw container.invalid(at: .value, "A string or a number is expected.")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Field.self)
        switch self {
        case .compare(let key, let comparison, let value):
            try container.encode(comparison, forKey: .type)
            try container.encode(key, forKey: .key)
            try container.encode(value, forKey: .value)
        case .and(let filters):
            try container.encode("and", forKey: .type)
            try container.encode(filters, forKey: .filters)
        case .or(let filters):
            try container.encode("or", forKey: .type)
            try container.encode(filters, forKey: .filters)
        }
    }
}

extension KeyedDecodingContainer {
    fileprivate func invalid(at key: Key? = nil, _ message: String) -> DecodingError {
        DecodingError.dataCorrupted(
            DecodingError.Context(codingPath: codingPath + (key.map { [$0] } ?? []), debugDescription: message))
    }
}

extension JSONValue {
    fileprivate var isScalar: Bool {
        switch self {
        case .string, .number, .bool: true
        case .null, .array, .object: false
        }
    }
}
