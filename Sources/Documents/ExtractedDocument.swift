/// The text of a document as it is stored: pages joined by U+000C, offsets in Unicode scalars.
package struct ExtractedDocument: Hashable, Sendable {
    package struct Heading: Hashable, Sendable {
        /// Scalar offset where the heading's own text starts.
        package var offset: Int
        /// 1 is outermost.
        package var level: Int
        package var title: String

        package init(offset: Int, level: Int, title: String) {
            self.offset = offset
            self.level = level
            self.title = title
        }
    }

    package var text: String
    /// True for formats with pages (PDF); page n+1 then starts after the n-th U+000C.
    package var isPaged: Bool
    /// In order of offset.
    package var headings: [Heading]
    /// From the document itself (HTML title, first Markdown heading, PDF info), if any.
    package var title: String?

    package init(text: String, isPaged: Bool = false, headings: [Heading] = [], title: String? = nil) {
        self.text = text
        self.isPaged = isPaged
        self.headings = headings
        self.title = title
    }

    package var pageCount: Int? { isPaged ? text.unicodeScalars.count { $0 == "\u{0C}" } + 1 : nil }
}
