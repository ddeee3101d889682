internal import AWS
internal import RAG

/// OpenAI's metadata filter as a Knowledge Base's RetrievalFilter.
///
/// Nested compounds of one kind become one, as a Knowledge Base nests no deeper than one level. Two differences from the local
/// index remain: an attribute that is a list matches only where the vector store compares its elements, and what an unknown key
/// means for `notEquals` and `notIn` is the vector store's decision (mostly: it passes).
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
        case .and(let filters): self = try Self.joined("andAll", filters, neutral: .everything, absorbing: .nothing)
        case .or(let filters): self = try Self.joined("orAll", filters, neutral: .nothing, absorbing: .everything)
        }
    }

    /// A compound needs two members: one stands for itself.
    private static func joined(
        _ name: String, _ filters: [MetadataFilter], neutral: RetrievalFilter, absorbing: RetrievalFilter
    ) throws -> RetrievalFilter {
        let parts = try filters.map { try RetrievalFilter($0) }
        if parts.contains(absorbing) { return absorbing }
        let members = parts.flatMap { $0.members(of: name) }
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

    /// What it brings into a compound: its own members where it is one of the same kind.
    private func members(of name: String) -> [JSONDocument] {
        guard case .filter(let document) = self else { return [] }
        if case .object(let fields) = document, case .array(let members)? = fields[name] { return members }
        return [document]
    }
}
