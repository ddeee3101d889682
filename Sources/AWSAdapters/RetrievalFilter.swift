internal import AWS
internal import RAG

/// OpenAI's metadata filter as a Knowledge Base's RetrievalFilter.
///
/// Nested compounds of one kind become one, as a Knowledge Base nests no deeper than one level. Two differences from the local index remain:
/// an attribute that is a list matches only where the vector store compares its elements, and what an unknown key means
/// for `notEquals` and `notIn` is the vector store's decision (mostly: it passes).
/// Source: Amazon Bedrock API Reference, "RetrievalFilter".
enum RetrievalFilter: Hashable, Sendable {
    /// No filter is needed.
    case everything
    /// Nothing can pass, so there is no need to ask.
    case nothing
    case filter(JSONDocument)

    static let keyScalarsMax = 100

    /// Throws `OutcropFailure` for what a Knowledge Base cannot compare.
    init(_ filter: MetadataFilter) throws {
        switch filter {
        case .compare(let key, let comparison, let operand): self = try Self.compared(key, comparison, operand)
        case .and:
            self = Self.joined(
                "andAll", try filter.flattened.map { try RetrievalFilter($0) }, neutral: .everything, absorbing: .nothing)
        case .or:
            self = Self.joined(
                "orAll", try filter.flattened.map { try RetrievalFilter($0) }, neutral: .nothing, absorbing: .everything)
        }
    }

    /// A compound needs two members: one stands for itself.
    private static func joined(
        _ name: String, _ parts: [RetrievalFilter], neutral: RetrievalFilter, absorbing: RetrievalFilter
    ) -> RetrievalFilter {
        if parts.contains(absorbing) { return absorbing }
        let members = parts.compactMap { part in
            if case .filter(let document) = part { document } else { nil }
        }
        switch members.count {
        case 0: return neutral
        case 1: return .filter(members[0])
        default: return .filter(.object([name: .array(members)]))
        }
    }

    private static func compared(
        _ key: String, _ comparison: MetadataFilter.Comparison, _ operand: JSONValue
    ) throws -> RetrievalFilter {
        guard (1...keyScalarsMax).contains(key.unicodeScalars.count) else {
            throw refused("a key has 1 to \(keyScalarsMax) characters")
        }
        switch comparison {
        case .eq: return one("equals", key, try scalar(operand))
        case .ne: return one("notEquals", key, try scalar(operand))
        case .gt: return one("greaterThan", key, try number(operand))
        case .gte: return one("greaterThanOrEquals", key, try number(operand))
        case .lt: return one("lessThan", key, try number(operand))
        case .lte: return one("lessThanOrEquals", key, try number(operand))
        case .in: return try list(operand).map { one("in", key, .array($0)) } ?? .nothing
        case .nin: return try list(operand).map { one("notIn", key, .array($0)) } ?? .everything
        }
    }

    private static func one(_ name: String, _ key: String, _ value: JSONDocument) -> RetrievalFilter {
        .filter(.object([name: .object(["key": .string(key), "value": value])]))
    }

    private static func scalar(_ value: JSONValue) throws -> JSONDocument {
        switch value {
        case .string, .bool: return JSONDocument(value)
        case .number: return try number(value)
        case .null, .array, .object: throw refused("eq, ne, in and nin take strings, numbers and booleans")
        }
    }

    private static func number(_ value: JSONValue) throws -> JSONDocument {
        guard case .number(let number) = value, number.isFinite else { throw refused("gt, gte, lt and lte take numbers") }
        return JSONDocument(value)
    }

    /// Nil when it is empty.
    private static func list(_ value: JSONValue) throws -> [JSONDocument]? {
        guard case .array(let elements) = value else { throw refused("in and nin take a list") }
        return elements.isEmpty ? nil : try elements.map(scalar)
    }

    private static func refused(_ rule: String) -> OutcropFailure {
        OutcropFailure(.invalidRequest, "The Knowledge Base cannot filter by this: \(rule).", parameter: "filter")
    }
}

extension MetadataFilter {
    /// The members of a compound, those of compounds of the same kind in their place.
    fileprivate var flattened: [MetadataFilter] {
        switch self {
        case .compare: [self]
        case .and(let filters): filters.flatMap { if case .and = $0 { $0.flattened } else { [$0] } }
        case .or(let filters): filters.flatMap { if case .or = $0 { $0.flattened } else { [$0] } }
        }
    }
}
