/// Splits a document's text into overlapping pieces at heading, paragraph, line, sentence, then word borders.
///
/// Sizes count Unicode scalars. Every scalar that is not white space lies in some chunk; no chunk is longer than `size` or
/// crosses a page; `text` is exactly the document's text at `range`; starts strictly increase, and so do ends. No grapheme is cut,
/// except one that is itself longer than `size`. A chunk neither begins nor ends with white space.
///
/// One pass classifies the border before every scalar (`TextBorders`, one byte each); a second one walks forward and ends each chunk
/// at the last border of the coarsest kind in the second half of its new part. Linear in the text.
package struct Chunker: Hashable, Sendable {
    package struct Chunk: Hashable, Sendable {
        package var text: String
        /// Unicode-scalar offsets into the document's text.
        package var range: Range<Int>
        /// 1-based, nil without pages.
        package var page: Int?
        /// Headings above the chunk's start, outermost first; one that begins the chunk is included.
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

    /// The chunks in order of their start; the same for the same document.
    package func chunks(of document: ExtractedDocument) -> [Chunk] {
        let borders = TextBorders(document)
        var builder = ChunkBuilder(document, lineStarts: borders.headingLines)
        var start = 0
        var page = document.isPaged ? 1 : nil
        for end in borders.pageEnds {
            split(start..<end, borders) { builder.append($0, page: page) }
            // The form feed between two pages belongs to neither.
            start = end + 1
            page = page.map { $0 + 1 }
        }
        return builder.chunks
    }

    /// Calls `emit` with the range of every chunk of one page.
    private func split(_ region: Range<Int>, _ borders: TextBorders, emit: (Range<Int>) -> Void) {
        // Chunks so far cover the region's visible text before `fresh`, the first visible scalar not yet covered.
        var fresh = borders.skippingWhiteSpace(region.lowerBound, before: region.upperBound)
        var start = fresh
        while fresh < region.upperBound {
            let end = end(start: start, fresh: fresh, region: region, borders)
            guard end > fresh else {
                // No room beside the overlap.
                start = fresh
                continue
            }
            let trimmed = borders.trimmingWhiteSpace(end, after: start)
            emit(start..<trimmed)
            fresh = borders.skippingWhiteSpace(end, before: region.upperBound)
            start = overlapStart(previous: start..<trimmed, fresh: fresh, borders)
        }
    }

    /// Where the chunk that begins at `start` ends; `fresh` when nothing new fits beside the overlap.
    private func end(start: Int, fresh: Int, region: Range<Int>, _ borders: TextBorders) -> Int {
        guard region.upperBound - start > size else { return region.upperBound }
        let full = start + size
        // Leaves a fifth of a chunk for the last one, so that none is tiny.
        let balanced = min(full, region.upperBound - size / 5)
        let limit = balanced > fresh ? balanced : full
        guard limit > fresh else { return fresh }
        if let border = borders.best(in: fresh..<limit) { return border }
        // A grapheme longer than a whole chunk is the one thing that is cut.
        return start == fresh ? borders.graphemeEnd(fresh, upTo: full) : fresh
    }

    /// Where the next chunk begins: a sentence or word at most `overlap` scalars before the last one's end, or else `fresh`.
    private func overlapStart(previous: Range<Int>, fresh: Int, _ borders: TextBorders) -> Int {
        // A chunk that begins with a heading needs nothing from the section before.
        guard overlap > 0, borders.kind(fresh) < .heading else { return fresh }
        let from = max(previous.upperBound - overlap, previous.lowerBound + 1)
        guard from < previous.upperBound else { return fresh }
        return borders.first(.sentence, in: from..<previous.upperBound) ?? borders.first(.word, in: from..<previous.upperBound)
            ?? fresh
    }
}
