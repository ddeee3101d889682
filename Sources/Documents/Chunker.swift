/// Splits a document's text into overlapping pieces at paragraph, line, sentence, then word borders.
///
/// Sizes count Unicode scalars. Every scalar that is not white space lies in some chunk; no chunk is longer than `size`,
/// crosses a page or cuts a grapheme; `text` is exactly the document's text at `range`.
package struct Chunker: Hashable, Sendable {
    package struct Chunk: Hashable, Sendable {
        package var text: String
        /// Unicode-scalar offsets into the document's text.
        package var range: Range<Int>
        /// 1-based, nil without pages.
        package var page: Int?
        /// Headings above the chunk's start, outermost first.
        package var headings: [String]

        package init(text: String, range: Range<Int>, page: Int?, headings: [String]) {
            self.text = text
            self.range = range
            self.page = page
            self.headings = headings
        }
    }

    package var size: Int
    package var overlap: Int

    package init(size: Int = 1_000, overlap: Int = 200) {
        precondition(size > 0 && overlap >= 0 && overlap < size)
        self.size = size
        self.overlap = overlap
    }

    package func chunks(of document: ExtractedDocument) -> [Chunk] { fatalError("contract") }
}
