import Foundation
import Testing

@testable import Documents

/// What the chunker promises, for any text: slow and plain on purpose.
struct ChunkerInvariants {
    private let document: ExtractedDocument
    private let scalars: [Unicode.Scalar]
    private let isWhite: [Bool]
    /// The 1-based page of every scalar.
    private var pages: [Int] = []
    /// How many scalars the grapheme has that begins here; 0 inside one.
    private var graphemes: [Int] = []

    init(_ document: ExtractedDocument) {
        self.document = document
        scalars = Array(document.text.unicodeScalars)
        isWhite = scalars.map(\.properties.isWhitespace)
        for character in document.text {
            let count = character.unicodeScalars.count
            graphemes += [count] + [Int](repeating: 0, count: count - 1)
        }
        var page = 1
        for scalar in scalars {
            pages.append(page)
            if scalar == "\u{0C}" { page += 1 }
        }
    }

    func check(_ chunker: Chunker, _ comment: String) throws {
        var covered = 0
        var previous: Range<Int>?
        for chunk in chunker.chunks(of: document) {
            let faults = faults(of: chunk, after: previous, chunker)
            try #require(faults.isEmpty, "\(faults) at \(chunk.range), \(chunker), \(comment)")
            let isGapWhite = chunk.range.lowerBound <= covered || isWhite[covered..<chunk.range.lowerBound].allSatisfy(\.self)
            try #require(isGapWhite, "text left out before \(chunk.range), \(chunker), \(comment)")
            covered = chunk.range.upperBound
            previous = chunk.range
        }
        let isRestWhite = isWhite[covered...].allSatisfy(\.self)
        try #require(isRestWhite, "text left out after \(covered), \(chunker), \(comment)")
    }

    private func faults(of chunk: Chunker.Chunk, after previous: Range<Int>?, _ chunker: Chunker) -> [String] {
        let range = chunk.range
        var faults: [String] = []
        func expect(_ isTrue: Bool, _ fault: String) { if !isTrue { faults.append(fault) } }
        expect(!range.isEmpty && range.count <= chunker.size, "size")
        expect(chunk.text.unicodeScalars.elementsEqual(scalars[range]), "text")
        let cutsLong = isInsideLong(range.lowerBound, chunker) || isInsideLong(range.upperBound, chunker)
        expect(isBorder(range.lowerBound) && isBorder(range.upperBound) || cutsLong, "grapheme")
        expect(!isWhite[range].allSatisfy(\.self) || cutsLong, "white space only")
        expect(chunk.page == (document.isPaged ? pages[range.lowerBound] : nil), "page")
        expect(!document.isPaged || !scalars[range].contains("\u{0C}"), "two pages")
        if let previous {
            expect(range.lowerBound > previous.lowerBound && range.upperBound > previous.upperBound, "order")
            expect(previous.upperBound - range.lowerBound <= chunker.overlap, "overlap")
        }
        return faults
    }

    private func isBorder(_ offset: Int) -> Bool { offset == graphemes.count || graphemes[offset] > 0 }

    /// Inside a grapheme that is longer than a chunk, the one that may be cut.
    private func isInsideLong(_ offset: Int, _ chunker: Chunker) -> Bool {
        var start = offset
        while start > 0, !isBorder(start) { start -= 1 }
        return start < offset && graphemes[start] > chunker.size
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small and the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct ChunkerTests {
    static let sizes = [(1, 0), (2, 1), (3, 0), (7, 6), (10, 0), (10, 3), (40, 39), (64, 16), (200, 40), (1_000, 200)]

    private static let parts = [
        "word ", "a", "Sentence one. ", "Really? ", "e.g. ", "3.14 ", "\n", "\n\n", "\r\n", "\r\n\r\n", " ", "      ", "\t",
        "# Heading\n", "- item\n",
        "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "e\u{301}\u{323}", " \u{301}", "각", "\u{1100}\u{1161}\u{11A8}", "한국어 ", "花岗岩是火成岩。", "「硬い」！", "ไทย", "\u{A0}",
        "\u{2028}",
        "नमस्ते ", "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}", String(repeating: "x", count: 60), "\u{200D}",
        "\u{FE0F}", "\u{0C}",
    ]

    private static func document(seed: UInt64) -> ExtractedDocument {
        var random = SeededGenerator(state: seed)
        let isPaged = Bool.random(using: &random)
        var text = ""
        for _ in 0..<Int.random(in: 0...120, using: &random) { text += parts.randomElement(using: &random)! }
        let count = text.unicodeScalars.count
        let offsets = (0..<4).map { _ in Int.random(in: 0...count, using: &random) }.sorted()
        let headings = offsets.enumerated().map { ExtractedDocument.Heading(offset: $1, level: $0 % 3 + 1, title: "h\($0)") }
        return ExtractedDocument(text: text, isPaged: isPaged, headings: headings)
    }

    @Test func `keeps its promises on random text`() throws {
        let base = UInt64.random(in: 0...UInt64.max)
        for seed in (0..<20).map({ base &+ $0 }) {
            let document = Self.document(seed: seed)
            let invariants = ChunkerInvariants(document)
            for (size, overlap) in Self.sizes { try invariants.check(Chunker(size: size, overlap: overlap), "seed \(seed)") }
        }
    }

    @Test func `gives the same chunks again`() {
        let document = Self.document(seed: 7)
        let chunker = Chunker(size: 30, overlap: 8)
        #expect(chunker.chunks(of: document) == chunker.chunks(of: document))
    }

    private func texts(_ text: String, size: Int, overlap: Int = 0) -> [String] {
        Chunker(size: size, overlap: overlap).chunks(of: ExtractedDocument(text: text)).map(\.text)
    }

    @Test(arguments: ["", " ", "\n\n\n", "\u{0C}\u{0C}", "\u{2003}\u{A0}"])
    func `white space gives no chunk`(text: String) {
        #expect(Chunker().chunks(of: ExtractedDocument(text: text, isPaged: true)).isEmpty)
    }

    @Test func `what fits is one chunk`() {
        #expect(texts("  One. Two.\n\nThree.  ", size: 30) == ["One. Two.\n\nThree."])
    }

    @Test func `prefers paragraphs, then lines, then sentences, then words`() {
        #expect(texts("aaaa bbbb\n\ncccc. dddd eeee", size: 20) == ["aaaa bbbb", "cccc. dddd eeee"])
        #expect(texts("aaaa bbbb. cccc\ndddd eeee ffff", size: 22) == ["aaaa bbbb. cccc", "dddd eeee ffff"])
        #expect(texts("aaaa bbbb cc. Dddd eeee ffff gg", size: 22) == ["aaaa bbbb cc.", "Dddd eeee ffff gg"])
        #expect(texts("aaaa bbbb cccc dddd eeee ffff", size: 21) == ["aaaa bbbb cccc dddd", "eeee ffff"])
        #expect(texts("花岗岩是火成岩。它很硬。", size: 10) == ["花岗岩是火成岩。", "它很硬。"])
    }

    @Test func `an abbreviation before a small letter ends no sentence`() {
        #expect(texts("Aaaa. Bbbb cccc e.g. dddd eeee ffff", size: 26) == ["Aaaa. Bbbb cccc e.g. dddd", "eeee ffff"])
    }

    @Test func `overlaps by whole sentences, or else by whole words`() {
        #expect(
            texts("One is here. Two is there. Three is gone.", size: 30, overlap: 16) == [
                "One is here. Two is there.", "Two is there. Three is gone.",
            ])
        #expect(texts("aaaa bbbb cccc dddd eeee ffff", size: 20, overlap: 6).dropFirst().first?.hasPrefix("dddd") == true)
        #expect(texts(String(repeating: "x", count: 25), size: 10, overlap: 5).joined() == String(repeating: "x", count: 25))
    }

    @Test func `leaves no tiny last chunk`() {
        let text = Array(repeating: "word", count: 41).joined(separator: " ")
        let chunks = texts(text, size: 200)
        #expect(chunks.count == 2 && chunks[1].count >= 40)
    }

    @Test func `cuts only a grapheme that is longer than a chunk`() {
        let long = "z" + String(repeating: "\u{301}", count: 25)
        let counts = texts("ab " + long + " cd", size: 10).map(\.unicodeScalars.count)
        #expect(counts == [2, 10, 10, 6, 2] || counts == [2, 10, 10, 9])
        #expect(texts("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", size: 10, overlap: 9) == ["👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"])
    }

    @Test func `numbers pages, blank ones too`() {
        let document = ExtractedDocument(text: "one\n\u{0C}\u{0C}three is long\u{0C}four", isPaged: true)
        let chunks = Chunker(size: 10, overlap: 2).chunks(of: document)
        #expect(chunks.map(\.page) == [1, 3, 3, 4])
        #expect(chunks.map(\.text) == ["one", "three is", "is long", "four"])
    }

    @Test func `carries the path of headings and starts chunks with them`() {
        let text = "# A\n\naaaa aaaa\n\n## B\n\nbbbb bbbb\n\n# C\n\ncccc cccc"
        let document = MarkdownText(headingsMax: 10).document(text)
        let chunks = Chunker(size: 20, overlap: 8).chunks(of: document)
        #expect(chunks.map(\.text) == ["# A\n\naaaa aaaa", "## B\n\nbbbb bbbb", "# C\n\ncccc cccc"])
        #expect(chunks.map(\.headings) == [["A"], ["A", "B"], ["C"]])
    }

    // Refresh: OUTCROP_SNAPSHOT=/path/to/handbook.chunks.txt swift test --filter snapshot
    @Test func `matches the snapshot of the handbook`() async throws {
        let document = try await Fixture.extract("handbook.md")
        let chunks = Chunker(size: 200, overlap: 40).chunks(of: document)
        let snapshot = chunks.map { "=== \($0.range) \($0.headings)\n\($0.text)\n" }.joined()
        if let path = ProcessInfo.processInfo.environment["OUTCROP_SNAPSHOT"] {
            try snapshot.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(try snapshot == String(contentsOfFile: Fixture.path("handbook.chunks.txt"), encoding: .utf8))
    }

    /// Counts comparisons of work, not time: a text of one kind of unit must not cost more chunks than its length allows.
    @Test(arguments: ["a", "a ", " ", "\n", "\u{301}", "🇩🇪", "a.\n\n", "。"])
    func `gives no more chunks than the overlap explains`(unit: String) throws {
        let text = String(repeating: unit, count: 4_000)
        let document = ExtractedDocument(text: text)
        let chunks = Chunker(size: 100, overlap: 20).chunks(of: document)
        #expect(chunks.count <= text.unicodeScalars.count / 40 + 1)
    }
}
