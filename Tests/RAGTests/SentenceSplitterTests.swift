import Testing

@testable import RAG

@Suite struct `Sentences` {
    static func sentences(_ text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return SentenceSplitter.split(text).map { string(scalars[$0.range]) }
    }

    static let cases: [(String, [String])] = [
        ("", []), (" \n ", []), ("---\n***", []), ("One", ["One"]),
        ("One. Two! Three? Four… Five", ["One.", "Two!", "Three?", "Four…", "Five"]),
        ("Mr. Smith met Dr. J. R. Jones. They talked.", ["Mr. Smith met Dr. J. R. Jones.", "They talked."]),
        ("It costs 3.50 EUR. Buy it.", ["It costs 3.50 EUR.", "Buy it."]),
        ("See no. 5 now. The answer is no. Good.", ["See no. 5 now.", "The answer is no.", "Good."]),
        ("Open https://example.org/a.html?x=1. Then go.", ["Open https://example.org/a.html?x=1.", "Then go."]),
        ("The U.S. Senate voted, e.g. on taxes. It passed.", ["The U.S. Senate voted, e.g. on taxes.", "It passed."]),
        ("He said \"Stop!\" and left. \"Why?\" Nobody knows.", ["He said \"Stop!\" and left.", "\"Why?\"", "Nobody knows."]),
        ("It is known.[12] Others doubt (Fig. 3). End.", ["It is known.[12]", "Others doubt (Fig. 3).", "End."]),
        ("岩石很硬。真的吗？“是的！”好。", ["岩石很硬。", "真的吗？", "“是的！”", "好。"]), ("Wait... what? Yes.", ["Wait... what?", "Yes."]),
        (
            "A sentence over\ntwo lines. Another\none.\n\nNew paragraph",
            ["A sentence over\ntwo lines.", "Another\none.", "New paragraph"]
        ),
        ("# Title. Here\nText one. Text two.", ["# Title. Here", "Text one.", "Text two."]),
        ("- First item\n- Second. With two\n  lines\n* Third", ["- First item", "- Second.", "With two\n  lines", "* Third"]),
        ("1. Wash it. Dry it.\n2. Paint it.", ["1. Wash it.", "Dry it.", "2. Paint it."]),
        ("| A. | B. |\n|---|---|\n| 1 | 2 |", ["| A. | B. |", "| 1 | 2 |"]), ("name\tage\nAda\t36", ["name\tage", "Ada\t36"]),
        ("Page one end\u{0C}Page two.", ["Page one end", "Page two."]),
        (
            "Opening hours\nWe are open from nine to five on every day.",
            ["Opening hours", "We are open from nine to five on every day."]
        ),
        ("Am 3. Mai z.B. kam Hr. Meier. Er blieb.", ["Am 3.", "Mai z.B. kam Hr. Meier.", "Er blieb."]),
        (
            "Run it. Then:\n```sh\nmake run. Now\n\n# note\n```\nIt starts. At once.",
            ["Run it.", "Then:", "make run. Now", "# note", "It starts.", "At once."]
        ),
        ("let a = 1\n# b\n~~~~\n# Title\nWrapped\nprose. More.", ["let a = 1", "# b", "# Title", "Wrapped\nprose.", "More."]),
        ("Open:\n```json\n{\"a\": 1}\n{}\n", ["Open:", "{\"a\": 1}"]),
        ("A ``` in a line\nis prose.", ["A ``` in a line\nis prose."]),
        ("``` a `b` c", ["``` a `b` c"]),
        ("No end.No space", ["No end.No space"]),
        ("Ends with closers.) \" Then", ["Ends with closers.)", "\" Then"]), ("...", []), ("a.b.c. D", ["a.b.c. D"]),
    ]

    @Test(arguments: cases) func `are found`(text: String, expected: [String]) {
        #expect(Self.sentences(text) == expected)
    }

    @Test func `have their kind`() {
        let text = "# Head\nProse.\n\n- item\n\n| a | b |\n```\n# code\n```\n# Head"
        #expect(SentenceSplitter.split(text).map(\.kind) == [.heading, .prose, .listItem, .tableRow, .code, .heading])
    }

    // Minutes of work for a splitter whose time grows with the square of the length.
    @Test(arguments: ["a.", "a. ", "x", " ", "\n", "[1]", ".)", "x.x. ", "```\n", "- a\n", "Ab\n", "#", "👨‍👩‍👧‍👦", "岩。"])
    func `take time that grows with the length of the text`(unit: String) {
        let text = "A. " + String(repeating: unit, count: 50_000 / unit.unicodeScalars.count) + " Z"
        let sentences = SentenceSplitter.split(text)
        #expect(!sentences.isEmpty && sentences.last?.range.upperBound == text.unicodeScalars.count)
    }

    @Test func `keep order, do not overlap and leave out only what is not a word`() {
        var random = SystemRandomNumberGenerator()
        let seed = random.next()
        var state = seed
        let alphabet: [Unicode.Scalar] = [
            "a", "B", "1", ".", ".", "!", "。", " ", " ", "\n", "\n", "#", "-", "|", "\t", "\"", "[", "]", "é", "\u{0C}", "岩",
        ]
        for _ in 0..<300 {
            var view = String.UnicodeScalarView()
            for _ in 0..<80 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                view.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            let scalars = Array(view)
            var end = 0
            var left: [Unicode.Scalar] = []
            for sentence in SentenceSplitter.split(String(view)) {
                #expect(sentence.range.lowerBound >= end && !sentence.range.isEmpty, "seed \(seed)")
                left += scalars[end..<sentence.range.lowerBound]
                end = sentence.range.upperBound
            }
            left += scalars[end...]
            #expect(left.filter(\.isWordPart).isEmpty, "seed \(seed)")
        }
    }
}
