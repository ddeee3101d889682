package import RAG

/// The answer of `POST /v1/kb/search`: OpenAI's `vector_store.search_results.page`; page, headings and range are ours.
package struct SearchResults: Sendable {
    private let queries: [String]
    private let passages: [Passage]

    /// `passages` best first.
    package init(queries: [String], passages: [Passage]) {
        self.queries = queries
        self.passages = passages
    }
}

extension SearchResults: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("object", "vector_store.search_results.page")
            $0.field("search_query", queries)
            $0.key("data")
            $0.array { data in for passage in passages { data.object { write(passage, to: &$0) } } }
            $0.field("has_more", false)
            $0.field("next_page", nil as String?)
        }
    }

    private func write(_ passage: Passage, to json: inout JSONWriter) {
        json.field("file_id", passage.documentID)
        json.field("filename", passage.filename)
        json.field("score", passage.score)
        json.field("attributes", passage.metadata)
        json.key("content")
        json.array {
            $0.object {
                $0.field("type", "text")
                $0.field("text", passage.text)
            }
        }
        json.field("page", passage.page)
        json.field("headings", passage.headings)
        json.field("range", item: RangeObject(passage.range))
    }
}
