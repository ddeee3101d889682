/// A source of an answer: which words of which document stand behind the marker `[number]`.
package struct Citation: Hashable, Sendable {
    /// 1-based; the answer's inline marker is `[number]`.
    package var number: Int
    package var documentID: String
    package var filename: String
    package var page: Int?
    /// Verbatim text of `range` in the stored document text, checked against it.
    package var excerpt: String
    /// Unicode-scalar offsets into the stored document text.
    package var range: Range<Int>
    package var score: Double
    /// Unicode-scalar ranges of this citation's markers in the complete answer, in order.
    package var markers: [Range<Int>]
    /// Where the document itself is, when that is not here.
    package var uri: String?

    package init(
        number: Int, documentID: String, filename: String, page: Int?, excerpt: String, range: Range<Int>,
        score: Double, markers: [Range<Int>], uri: String? = nil
    ) {
        self.number = number
        self.documentID = documentID
        self.filename = filename
        self.page = page
        self.excerpt = excerpt
        self.range = range
        self.score = score
        self.markers = markers
        self.uri = uri
    }
}
