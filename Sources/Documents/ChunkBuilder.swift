/// Turns ranges into chunks: their text, and the path of headings above their start.
///
/// Ranges come with increasing starts, so the position in the text only moves forward.
struct ChunkBuilder {
    private(set) var chunks: [Chunker.Chunk] = []
    private let text: String
    private let headings: [ExtractedDocument.Heading]
    private let lineStarts: [Int]
    private var nextHeading = 0
    private var path: [ExtractedDocument.Heading] = []
    private var start: (offset: Int, index: String.Index)

    init(_ document: ExtractedDocument, lineStarts: [Int]) {
        var text = document.text
        text.makeContiguousUTF8()
        headings = document.headings
        self.lineStarts = lineStarts
        self.text = text
        start = (0, text.startIndex)
    }

    mutating func append(_ range: Range<Int>, page: Int?) {
        start.index = text.unicodeScalars.index(start.index, offsetBy: range.lowerBound - start.offset)
        start.offset = range.lowerBound
        let end = text.unicodeScalars.index(start.index, offsetBy: range.count)
        advanceHeadings(to: range.lowerBound)
        chunks.append(
            .init(text: String(text[start.index..<end]), range: range, page: page, headings: path.map(\.title)))
    }

    private mutating func advanceHeadings(to offset: Int) {
        while nextHeading < headings.count, lineStarts[nextHeading] <= offset {
            let heading = headings[nextHeading]
            while let last = path.last, last.level >= heading.level { path.removeLast() }
            path.append(heading)
            nextHeading += 1
        }
    }
}
