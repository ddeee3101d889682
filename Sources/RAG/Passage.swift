/// A retrieved piece of a document, exactly as it stands in the knowledge base.
package struct Passage: Hashable, Sendable {
    package var chunkID: Int64
    package var documentID: String
    package var filename: String
    /// 1-based page, nil where the format has no pages.
    package var page: Int?
    /// Headings above the passage, outermost first.
    package var headings: [String]
    /// Verbatim text of `range` in the stored document text.
    package var text: String
    /// Unicode-scalar offsets (Python `str` indices) into the stored document text; pages are joined by U+000C.
    package var range: Range<Int>
    /// Relevance 0–1: the fp32 cosine of query and chunk, or bm25/(1+bm25) without a model. Grows with relevance.
    package var score: Double
    package var metadata: [String: JSONValue]
    /// Where the document itself is, when that is not here: a remote retriever's URI.
    package var uri: String?

    package init(
        chunkID: Int64, documentID: String, filename: String, page: Int?, headings: [String], text: String,
        range: Range<Int>, score: Double, metadata: [String: JSONValue] = [:], uri: String? = nil
    ) {
        self.chunkID = chunkID
        self.documentID = documentID
        self.filename = filename
        self.page = page
        self.headings = headings
        self.text = text
        self.range = range
        self.score = score
        self.metadata = metadata
        self.uri = uri
    }
}
