import Foundation
import Testing

@testable import Documents

@Suite struct TextExtractorTests {
    @Test(arguments: [
        ("a.txt", "text/plain"), ("A.MD", "text/markdown"), ("b.markdown", "text/markdown"), ("c.html", "text/html"),
        ("c.HTM", "text/html"), ("d.json", "application/json"), ("e.csv", "text/csv"), ("f.v2.pdf", "application/pdf"),
        ("Makefile", "application/octet-stream"), (".md", "application/octet-stream"), ("x.", "application/octet-stream"),
        ("folder.pdf/x", "application/octet-stream"), ("x.docx", "application/octet-stream"), ("", "application/octet-stream"),
    ])
    func `names the content type of a file name`(name: String, type: String) {
        #expect(TextExtractor.contentType(forFilename: name) == type)
    }

    @Test func `knows exactly the promised extensions`() {
        #expect(TextExtractor.extensions == ["txt", "md", "markdown", "html", "htm", "json", "csv", "pdf"])
    }

    @Test(arguments: ["utf16le.txt", "utf16be.txt"])
    func `reads UTF-16 by its byte order mark`(name: String) async throws {
        let document = try await Fixture.extract(name)
        #expect(document == ExtractedDocument(text: "Größe: 5 µm\nзерно 🪨\n"))
    }

    @Test func `reads what is not UTF-8 as windows-1252`() async throws {
        #expect(try await Fixture.extract("latin1.txt").text == "Der Größenwahn kostet 5 €, café “gut”\n")
    }

    static let decodings: [(bytes: [UInt8], text: String)] = [
        ([0xEF, 0xBB, 0xBF, 0x61], "a"),
        (Array("a\r\nb\rc\n\r\nd".utf8), "a\nb\nc\n\nd"),
        (Array("a\u{0C}b".utf8), "a\nb"),
        // One broken byte in a UTF-8 text is repaired, not read as Latin-1 throughout.
        (Array("äöüß€".utf8) + [0xFF], "äöüß€\u{FFFD}"),
        (Array("äöüß€".utf8.dropLast()), "äöüß\u{FFFD}"),
        ([0xE4, 0x62], "äb"),
        // An odd last byte and a lone surrogate.
        ([0xFF, 0xFE, 0x61, 0x00, 0x62], "a"),
        ([0xFF, 0xFE, 0x00, 0xD8, 0x61, 0x00], "\u{FFFD}a"),
        (Array(String(repeating: "text ", count: 100).utf8) + [0], String(repeating: "text ", count: 100) + "\u{FFFD}"),
    ]

    @Test(arguments: decodings.indices)
    func `decodes and normalises`(index: Int) throws {
        let row = Self.decodings[index]
        #expect(try TextDecoder().decode(row.bytes) == row.text)
    }

    @Test func `refuses a kind it does not know and says which it does`() async {
        await #expect {
            try await TextExtractor().extract(path: "/etc/hostname", filename: "x.docx")
        } throws: { error in
            let error = error as? ExtractionError
            return error?.code == .unsupported && error?.message.contains(".pdf") == true
        }
    }

    @Test func `refuses what is no regular file without waiting for it`() async throws {
        try await Fixture.withFolder { folder in
            #expect(mkfifo(folder + "/pipe.txt", 0o600) == 0)
            for path in ["\(folder)/pipe.txt", folder, "/dev/zero", "\(folder)/missing"] {
                for name in ["x.txt", "x.pdf"] {
                    let code = await extractionCode { try await TextExtractor().extract(path: path, filename: name) }
                    #expect(code == .unreadable, "\(path) as \(name)")
                }
            }
        }
    }

    @Test func `refuses a file above the byte limit`() async throws {
        var limits = TextExtractor.Limits()
        limits.fileBytesMax = 100
        try await Fixture.withFolder { folder in
            for (count, expected) in [(100, nil), (101, ExtractionError.Code.tooLarge)] {
                try Fixture.write([UInt8](repeating: 0x61, count: count), to: folder + "/a")
                let extractor = TextExtractor(limits: limits)
                let code = await extractionCode { try await extractor.extract(path: folder + "/a", filename: "a.txt") }
                #expect(code == expected)
            }
        }
    }

    @Test func `the byte limit holds for a file that is longer than its size said`() throws {
        // Files of /proc say that they are empty, like a file that grows after it was opened.
        let path = "/proc/self/status"
        #expect(try BoundedFile(path: path, byteCountMax: 1_000_000).read().starts(with: "Name:".utf8))
        #expect(throws: ExtractionError(.tooLarge, "The file is larger than 10 bytes. Split it or raise the file limit.")) {
            try BoundedFile(path: path, byteCountMax: 10).read()
        }
    }

    @Test func `refuses text above the text limit in every format`() throws {
        var limits = TextExtractor.Limits()
        limits.textBytesMax = 20
        let long = String(repeating: "word ", count: 10)
        let inputs: [(DocumentFormat, String)] = [
            (.plainText, long), (.markdown, long), (.html, "<p>\(long)"), (.json, "{\"a\":[1,2,3]}"),
            (.csv, "first name,b\n1,2\n3,4"),
        ]
        for (format, input) in inputs {
            #expect(throws: TextBuffer.tooLarge(20), "\(format)") {
                try TextExtractor.document(bytes: Array(input.utf8), format: format, limits: limits)
            }
        }
    }

    @Test func `a cancelled task reads nothing`() async throws {
        let path = try Fixture.path("latin1.txt")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await TextExtractor().extract(path: path, filename: "latin1.txt")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    // Every kind of file with every kind of damage: an error of ours or clean text, and in linear time.
    static let hostile: [(name: String, bytes: [UInt8])] = {
        func repeated(_ text: String, _ count: Int) -> [UInt8] { Array(String(repeating: text, count: count).utf8) }
        var inputs: [(String, [UInt8])] = [
            ("empty", []), ("only spaces", repeated(" \n\t", 100)), ("only line ends", repeated("\r\n", 1_000)),
            ("huge line", repeated("a", 10_000)), ("NULs", [UInt8](repeating: 0, count: 1_000)),
            ("every byte", (0..<10).flatMap { _ in Array(UInt8.min...UInt8.max) }),
            ("ELF", [0x7F] + Array("ELF".utf8) + [2, 1, 1, 0, 0, 0, 0]),
            ("UTF-32", [0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0, 0x62, 0, 0, 0]), ("marks", repeated("\u{301}", 1_200)),
            ("high bytes", [UInt8](repeating: 0xFF, count: 1_000)), ("form feeds", repeated("a\u{0C}", 1_000)),
            ("closing tags", repeated("</p>", 1_200)), ("scripts", repeated("<script>", 1_200)),
            ("textareas", repeated("<textarea>a", 800)),
            ("comments", repeated("<!--", 1_200)), ("quotes", repeated("<a b=\"", 1_200)), ("angles", repeated("<", 4_000)),
            ("ampersands", repeated("&", 4_000)), ("long entity", repeated("&#9", 1) + repeated("9", 4_000)),
            ("headings", repeated("<h1>a", 1_200)),
            ("fences", repeated("```\n~~~\n", 800)), ("underlines", repeated("a\n---\n", 800)),
            ("signs", repeated("#", 4_000)),
            ("double quotes", repeated("\"", 4_001)), ("separators", repeated(",", 4_000)), ("backslash", Array("[\"\\".utf8)),
            ("escapes", repeated("\"\\ud83d\\u", 500)), ("front matter", repeated("---\n", 1_200)),
            ("NUL entity", repeated("&#0;&#12;&#13;", 10)),
        ]
        for (open, close) in [
            ("<div>", "</div>"), ("<table><tr><td>", ""), ("<pre>", ""), ("<template>", ""), ("[", "]"), ("{\"a\":", "}"),
            ("> ", ""),
        ] {
            inputs.append(("deep \(open)", repeated(open, 1_200) + Array("x".utf8) + repeated(close, 1_200)))
        }
        return inputs
    }()

    @Test(arguments: hostile.indices)
    func `hostile input gives an error or clean text`(index: Int) throws {
        let (name, bytes) = Self.hostile[index]
        for format in DocumentFormat.allCases {
            do {
                let document = try TextExtractor.document(bytes: bytes, format: format, limits: .init())
                #expect(
                    !document.text.unicodeScalars.contains { $0 == "\0" || $0 == "\r" || $0 == "\u{0C}" }, "\(name) \(format)")
                #expect(document.headings.allSatisfy { !$0.title.isEmpty && $0.title.unicodeScalars.count <= 200 })
                try ChunkerInvariants(document).check(Chunker(size: 50, overlap: 10), "\(name) \(format)")
            } catch let error as ExtractionError {
                #expect([.noText, .damaged].contains(error.code), "\(name) \(format)")
            }
        }
    }

    @Test(arguments: ["nasty.html", "handbook.md", "quoted.csv"])
    func `every truncation of a file gives an error or clean text`(name: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Fixture.path(name))))
        let format = try #require(DocumentFormat(filename: name))
        for count in bytes.indices {
            do {
                let document = try TextExtractor.document(bytes: Array(bytes[..<count]), format: format, limits: .init())
                let scalarCount = document.text.unicodeScalars.count
                #expect(document.headings.allSatisfy { $0.offset < scalarCount })
            } catch let error as ExtractionError {
                #expect(error.code == .noText)
            }
        }
    }
}
