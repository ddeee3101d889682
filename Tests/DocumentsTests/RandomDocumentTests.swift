import Testing

@testable import Documents

/// What holds for every Markdown and HTML text: headings lie at their offsets, and chunks keep their promises.
@Suite struct RandomDocumentTests {
    private static let common = [
        "word ", "a", "é", "岩", "🇩🇪", "e\u{301}", "\u{301}", "\u{A0}", "\u{3000}", "\u{FEFF}", "\u{202E}", " ", "   ", "\t", "\n",
        "\n\n",
        "\u{0C}", "\r\n", String(repeating: "long ", count: 60),
    ]
    private static let markdown = [
        "# ", "## ", "#", "\n# ", "\n### ", " #", "===\n", "\n---\n", "```\n", "~~~", "> ", "- ", "1. ",
    ]
    private static let html = [
        "<h1>", "</h1>", "<h2 a='>'>", "</h2>", "<h3>", "<pre>", "</pre>", "&nbsp;", "&#12288;", "&#12;", "&amp;", "&#x301;",
        "<p>", "<br>",
        "<td>", "<tr>", "<b>", "</b>", "<svg>", "</svg>", "<title>x</title>", "<!--", "-->", "<script>", "</script>", "<", "&",
    ]

    @Test(arguments: [DocumentFormat.markdown, .html])
    func `headings are found at their offsets and chunks are verbatim`(format: DocumentFormat) throws {
        let parts = Self.common + (format == .html ? Self.html : Self.markdown)
        let base = UInt64.random(in: 0...UInt64.max)
        var headingCount = 0
        for seed in (0..<60).map({ base &+ $0 }) {
            var random = SeededGenerator(state: seed)
            let source = (0..<Int.random(in: 1...80, using: &random)).map { _ in parts.randomElement(using: &random)! }.joined()
            guard let document = try? TextExtractor.document(bytes: Array(source.utf8), format: format, limits: .init()) else {
                continue
            }
            let scalars = Array(document.text.unicodeScalars)
            for heading in document.headings {
                headingCount += 1
                try #require(scalars.indices.contains(heading.offset), "seed \(seed) \(heading)")
                let found = Self.words(scalars[heading.offset...])
                try #require(found.starts(with: Array(heading.title.unicodeScalars)), "seed \(seed) \(heading)")
            }
            try ChunkerInvariants(document).check(Chunker(size: 40, overlap: 8), "seed \(seed) \(format)")
        }
        #expect(headingCount > 20)
    }

    /// Every run of white space as one space; a leading one stays, so that a wrong offset shows.
    private static func words(_ scalars: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
        var words: [Unicode.Scalar] = []
        for scalar in scalars {
            let isWhite = scalar.properties.isWhitespace
            if !isWhite || words.last != " " { words.append(isWhite ? " " : scalar) }
        }
        return words
    }

    @Test func `white space is what Unicode says`() {
        let scalars = (0..<0x11_0000).compactMap { Unicode.Scalar(UInt32($0)) }
        #expect(scalars.filter(\.isWhiteSpace) == scalars.filter(\.properties.isWhitespace))
    }

    @Test func `what is said to join no neighbour is a grapheme of its own`() {
        let alone = (0..<0x11_0000).compactMap { Unicode.Scalar(UInt32($0)) }.filter(\.joinsNoNeighbour)
        #expect(alone.count > 30_000)
        var text = String.UnicodeScalarView()
        // Each beside itself, its successor, and a scalar of every other script among them.
        for (index, scalar) in alone.enumerated() {
            text.append(scalar)
            text.append(scalar)
            text.append(alone[(index &* 7_919) % alone.count])
        }
        #expect(String(text).count == alone.count * 3)
    }
}
