import Testing

@testable import Documents

/// The pure renderers, format by format.
@Suite struct FormatTests {
    private func document(_ text: String, _ format: DocumentFormat) throws -> ExtractedDocument {
        try TextExtractor.document(bytes: Array(text.utf8), format: format, limits: .init())
    }

    private func titles(_ document: ExtractedDocument) -> [String] { document.headings.map { "\($0.level) \($0.title)" } }

    /// Each heading's offset must lie where its title begins.
    private func expectOffsets(_ document: ExtractedDocument) {
        let scalars = Array(document.text.unicodeScalars)
        for heading in document.headings {
            let first = heading.title.unicodeScalars.first
            #expect(scalars.indices.contains(heading.offset) && scalars[heading.offset] == first, "\(heading)")
        }
    }

    @Test func `renders nasty HTML as a reader sees it`() async throws {
        let document = try await Fixture.extract("nasty.html")
        #expect(document.title == "Café & Gestein")
        #expect(titles(document) == ["1 Das Gefüge", "2 Tabellen"])
        expectOffsets(document)
        let expected = """
            Das Gefüge

            Erster Absatz mit \u{A0}Umbruch – und "Zitat" € 🗿 &unknown; AT&T a < b
            zweite Zeile

            Zweiter Absatz nie geschlossen

            Tabellen

            Gestein\tHärte
            Granit

            6\t7

            eins
            zwei

              x = 1
                y = 2

            """
        #expect(document.text == expected)
    }

    static let html: [(String, String)] = [
        ("a<br>b", "a\nb\n"), ("a<br><br><br>b", "a\n\nb\n"), ("<p>a</p> <p>b</p>", "a\n\nb\n"), ("<b>a</b> <i>b</i>", "a b\n"),
        ("a<b>b</b>c", "abc\n"), ("<DIV>a</DIV>b", "a\nb\n"), ("1 < 2 <3", "1 < 2 <3\n"), ("<!-->a", "a\n"),
        ("<!--a--!>b", "b\n"),
        ("<!---->a", "a\n"), ("<?xml version='1.0'?>a", "a\n"), ("<![CDATA[x]]>a", "a\n"), ("</>a", "a\n"),
        ("<a href='>'>a</a>", "a\n"),
        ("<p title=\"it's\">a", "a\n"), ("<p title=it's>a", "a\n"), ("<script>a</scripty></SCRIPT >b", "b\n"),
        ("<noscript>a", "a\n"), ("a<svg><text>b</text></svg>c", "ac\n"),
        ("&#x41;&#66&#0;&#x110000;&#150;", "AB\u{FFFD}\u{FFFD}–\n"),
        ("&amp;lt; &copy 2026 &Ouml;l &hellip;", "&lt; © 2026 Öl …\n"), ("<tr><td>a<td><td>c<tr><td>d", "a\t\tc\nd\n"),
        ("<pre>a\n\n\n  b</pre>", "a\n\n\n  b\n"), ("x<style>p{}</style>y", "xy\n"), ("<h7>a</h7>", "a\n"),
    ]

    @Test(arguments: ["<h1>&nbsp; A b</h1>", "<h1>\u{3000}A\nb</h1>", "<pre>\n<h1>  A b</h1>", "x<h1> <b>A</b>&#160;b"])
    func `an HTML heading starts at its first word`(source: String) throws {
        let document = try document(source, .html)
        #expect(titles(document) == ["1 A b"])
        expectOffsets(document)
    }

    @Test(arguments: html)
    func `renders HTML`(source: String, text: String) throws {
        #expect(try document(source, .html).text == text)
    }

    @Test func `follows the declared charset and names one it cannot read`() throws {
        let latin1 = Array("<meta charset='ISO-8859-1'>".utf8) + [0xE9]
        #expect(try TextExtractor.document(bytes: latin1, format: .html, limits: .init()).text == "é\n")
        let xhtml = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?><p>é".utf8)
        #expect(try TextExtractor.document(bytes: xhtml, format: .html, limits: .init()).text == "é\n")
        let japanese = Array("<meta charset=shift_jis>".utf8) + [0x83, 0x65]
        #expect(throws: ExtractionError(.unsupported, "The encoding shift_jis is not supported. Save the file as UTF-8.")) {
            try TextExtractor.document(bytes: japanese, format: .html, limits: .init())
        }
    }

    @Test func `keeps Markdown verbatim and reads its headings`() async throws {
        let document = try await Fixture.extract("handbook.md")
        #expect(document.text.hasPrefix("---\ntitle: \"Field handbook\"\n"))
        #expect(document.title == "Field handbook")
        #expect(titles(document) == ["1 Granite", "2 Minerals", "2 Weathering", "3 Café rocks 岩石"])
        expectOffsets(document)
    }

    static let markdown: [(String, [String])] = [
        ("# A #\n## B ##\t\n### C#", ["1 A", "2 B", "3 C#"]), ("#A\n####### B\n    # C\n\t# D", []), ("   ## A", ["2 A"]),
        ("A\n===\nB\n-", ["1 A", "2 B"]), ("A\nB\n---", ["2 A B"]), ("a\n\n---\n\n***", []), ("- a\n---", []), ("2) a\n---", []),
        ("2.5 a\n---", ["2 2.5 a"]), ("> a\n---", []),
        ("| a |\n---", []),
        ("```\n# A\n````\n# B", ["1 B"]), ("~~~ x\n# A\n```\n# B", []), ("``` a`b\n# A", ["1 A"]),
        ("````\n```\n# A\n````\n# B", ["1 B"]),
        ("#\n##   \n# #", []), ("---\ntitle: x\n# A", ["1 A"]), ("é\n# Ü", ["1 Ü"]), ("# \u{A0}A\u{3000} b", ["1 A b"]),
        ("\u{A0}A\n===", ["1 A"]), ("# a\n\n---\n# b", ["1 a", "1 b"]),
    ]

    @Test(arguments: markdown)
    func `reads Markdown headings`(source: String, expected: [String]) throws {
        let document = try document(source, .markdown)
        #expect(document.text == source)
        #expect(titles(document) == expected)
        expectOffsets(document)
    }

    @Test func `keeps no more headings than the limit, and no longer titles`() throws {
        var limits = TextExtractor.Limits()
        limits.headingsMax = 3
        let markdown = String(repeating: "# a\n", count: 10)
        #expect(try TextExtractor.document(bytes: Array(markdown.utf8), format: .markdown, limits: limits).headings.count == 3)
        let html = String(repeating: "<h1>a", count: 10)
        #expect(try TextExtractor.document(bytes: Array(html.utf8), format: .html, limits: limits).headings.count == 3)
        let long = try document("# " + String(repeating: "ä", count: 5_000), .markdown)
        #expect(long.title == String(repeating: "ä", count: HeadingTitle.scalarCountMax))
        // Neither half a character nor a space is left at the cut.
        #expect(HeadingTitle.bounded(Array(("a" + String(repeating: " ", count: 1_598) + "é").utf8)[...]) == "a")
        #expect(HeadingTitle.bounded(Array((String(repeating: "a", count: 199) + " b").utf8)[...])?.last == "a")
    }

    static let json: [(String, String)] = [
        (
            #"{"a":1,"b":[true,null,{}],"c":[]}"#,
            "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null,\n    {}\n  ],\n  \"c\": []\n}\n"
        ),
        ("{\n\"a\" : 1 }\n", "{\n\"a\" : 1 }\n"),
        (#""caf\u00e9 \ud83e\udea8 \u0041 \n \"x\"""#, "\"café 🪨 \\u0041 \\n \\\"x\\\"\"\n"),
        (#"["\ud83e","\udea8x"]"#, "[\n  \"\\ud83e\",\n  \"\\udea8x\"\n]\n"), ("[1,2", "[1,2"), ("[1}", "[1}"),
        ("not json; at all", "not json; at all"),
        ("[ ]", "[]\n"), ("{\"a\":1}\n{\"b\":2}\n", "{\"a\":1}\n{\"b\":2}\n"), ("\"\\u00zz\"", "\"\\u00zz\"\n"),
    ]

    @Test(arguments: json)
    func `lays out JSON`(source: String, text: String) throws {
        #expect(try document(source, .json).text == text)
    }

    @Test func `takes JSON nested too deeply as plain text`() throws {
        for (depth, isIndented) in [(JSONText.depthMax, true), (JSONText.depthMax + 1, false)] {
            let source = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
            #expect(try document(source, .json).text.contains("\n") == isIndented)
        }
    }

    @Test func `renders a table with its header in every row`() async throws {
        #expect(
            try await Fixture.extract("quoted.csv").text == """
                name: granite; hardness: 6.5; remark: igneous, "plutonic"
                name: basalt; hardness: 6; remark: line one line two
                name: slate; hardness: 3

                """)
    }

    static let csv: [(String, String)] = [
        ("a;b\n1;2", "a: 1; b: 2\n"), ("a\tb\n1\t2\n", "a: 1; b: 2\n"), ("1,2\n3,4", "1; 2\n3; 4\n"), ("a,b", "a; b\n"),
        ("a,a\n1,2", "a; a\n1; 2\n"),
        ("a,b\n1,2,3\n4", "a; b\n1; 2; 3\n4\n"), ("a,b\n1,2\n3,4,5", "a: 1; b: 2\na: 3; b: 4; 5\n"), ("a,b\n\"1,2", "a,b\n\"1,2"),
        ("one\ntwo\n", "one\ntwo\n"), ("\"a;x\",b\n1,2", "a;x: 1; b: 2\n"), ("a,b\n\"1\"x,2", "a: 1x; b: 2\n"),
        ("ä,ö\n1,2", "ä: 1; ö: 2\n"),
    ]

    @Test(arguments: csv)
    func `renders CSV`(source: String, text: String) throws {
        #expect(try document(source, .csv).text == text)
    }

    @Test func `cuts a column's name that would be repeated in every row`() throws {
        let text = try document(String(repeating: "é", count: 500) + ",b\n1,2", .csv).text
        #expect(text.utf8.count < 150 && text.hasPrefix("éé") && text.hasSuffix("é: 1; b: 2\n"))
    }
}
