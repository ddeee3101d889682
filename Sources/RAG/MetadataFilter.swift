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
