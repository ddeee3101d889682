/// OpenAI's vector-store filter: a comparison of one metadata key, or a compound of filters.
///
/// Source: OpenAI API reference, "ComparisonFilter" and "CompoundFilter".
package indirect enum MetadataFilter: Hashable, Sendable {
    package enum Comparison: String, Codable, Sendable {
        case eq, ne, gt, gte, lt, lte, `in`, nin
    }

    case compare(key: String, Comparison, JSONValue)
    case and([MetadataFilter])
    case or([MetadataFilter])

    /// Nesting and size allowed in one request's filter.
    package static let depthMax = 8
    package static let clausesMax = 64
}

/// Byte for byte, as the filter compares: filters that let in different documents must not pass for one another in a cache.
extension MetadataFilter {
    package static func == (left: MetadataFilter, right: MetadataFilter) -> Bool {
        switch (left, right) {
        case (.compare(let key, let comparison, let operand), .compare(let otherKey, let otherComparison, let other)):
            comparison == otherComparison && key.isIdentical(to: otherKey) && operand == other
        case (.and(let filters), .and(let others)), (.or(let filters), .or(let others)): filters == others
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .compare(let key, let comparison, let operand):
            key.hashExactly(into: &hasher)
            hasher.combine(comparison)
            hasher.combine(operand)
        case .and(let filters): hasher.combine(filters)
        case .or(let filters):
            hasher.combine(true)
            hasher.combine(filters)
        }
    }
}
