package import RAG

/// The body of `POST /v1/kb/search`, after OpenAI's "Search vector store".
package struct SearchRequest: Sendable {
    package static let queriesMax = 16
    package static let queryCharactersMax = 16_384
    package static let resultsMax = 50
    package static let resultsDefault = 10

    /// Phrasings of one need, none blank.
    package var queries: [String]
    package var resultsMax: Int
    /// `ranking_options.score_threshold`
    package var minScore: Double?
    package var filter: MetadataFilter?

    package func retrievalQuery() -> RetrievalQuery {
        RetrievalQuery(texts: queries, topK: resultsMax, minScore: minScore, filter: filter)
    }
}

extension SearchRequest: DecodableRequest {
    package init(fields: JSONFields) throws {
        queries = try Self.queries(fields)
        resultsMax = try fields.integer("max_num_results", in: 1...Self.resultsMax) ?? Self.resultsDefault
        minScore = try fields.object("ranking_options")?.number("score_threshold", in: 0...1)
        filter = try MetadataFilter(fields: fields, name: "filters")
        _ = try fields.bool("rewrite_query")
    }

    private static func queries(_ fields: JSONFields) throws -> [String] {
        guard let texts = try fields.texts("query", countMax: queriesMax) else { throw fields.missing("query") }
        if texts.isEmpty { throw JSONFields.invalid("query", "empty_array", "expected at least one query.") }
        return try texts.map { text, place in
            _ = try JSONFields.checkLength(text, queryCharactersMax, place)
            guard !text.isBlank else {
                throw JSONFields.invalid(place, "empty_string", "expected a query that is not blank.")
            }
            return text
        }
    }
}
