import Foundation
import Testing

@testable import Documents

/// Page numbers, file names and resources over many files, with the real `pdftotext`.
@Suite(
    .enabled(
        if: PDFTools().pdftotext != nil && PDFTools().pdfinfo != nil && PDFTools().prlimit != nil,
        "poppler-utils or util-linux is not installed"))
struct PDFPagesTests {
    private func extract(
        _ pdf: SamplePDF, name: String = "a.pdf", limits: TextExtractor.Limits = .init()
    ) async throws -> ExtractedDocument {
        try await Fixture.withFolder { folder in
            try Fixture.write(pdf.bytes, to: "\(folder)/\(name)")
            return try await TextExtractor(limits: limits).extract(path: "\(folder)/\(name)", filename: name)
        }
    }

    private func words(_ document: ExtractedDocument) -> [String] {
        Chunker().chunks(of: document).map { "\($0.page ?? 0): \($0.text)" }
    }

    @Test func `a form feed inside a page moves no later page`() async throws {
        let document = try await extract(SamplePDF(pages: ["one X two", "X", "third"], meaningOfX: "0041000C0042"))
        #expect(document.pageCount == 3)
        #expect(words(document) == ["1: one A\nB two", "2: A\nB", "3: third"])
    }

    // Poppler numbers on past an entry of the page tree that leads nowhere.
    @Test func `where a file promises more pages than it has the last ones are blank`() async throws {
        let document = try await extract(SamplePDF(pages: [nil, "two", nil, nil, "five", "six", nil]))
        #expect(document.pageCount == 7)
        #expect(words(document) == ["1: two", "2: five", "3: six"])
    }

    @Test func `every page of a long file has its own text`() async throws {
        let document = try await extract(SamplePDF(pages: (1...1_000).map { "page \($0)" }))
        #expect(words(document) == (1...1_000).map { "\($0): page \($0)" })
    }

    @Test func `counts the pages before it reads them`() async throws {
        var limits = TextExtractor.Limits()
        limits.pagesMax = 3
        #expect(try await extract(SamplePDF(pages: ["a", "b", "c"]), limits: limits).pageCount == 3)
        let code = await extractionCode { try await extract(SamplePDF(pages: ["a", "b", "c", "d"]), limits: limits) }
        #expect(code == .tooLarge)
    }

    @Test func `halving ranges stops at the time limit`() async throws {
        let text = PDFText(limits: .init(), tools: PDFTools())
        await #expect(throws: text.timedOut) { try await text.pages(1...2, path: "/nonexistent.pdf", until: .now) }
    }

    @Test func `a title with line ends invents no pages`() async throws {
        let document = try await extract(SamplePDF(pages: ["one", "two"], title: "evil\\nPages: 9\\nTitle: z"))
        #expect(document.title == "evil" && document.pageCount == 2)
        #expect(PDFText.information(Array("Pages: many\nTitle:  \n".utf8)) == (nil, nil))
        #expect(PDFText.information(Array("Title: \u{A0}a  b\nPages:   12\nFile size: 3\n".utf8)) == ("a b", 12))
    }

    @Test func `keeps direction marks and repairs NULs`() async throws {
        let document = try await extract(SamplePDF(pages: ["a X b"], meaningOfX: "00410000FEFF0042"))
        #expect(document.text.unicodeScalars.contains("\u{FFFD}") && !document.text.unicodeScalars.contains("\0"))
    }

    @Test(arguments: [
        "-f.pdf", "--help.pdf", " a b .pdf", "a\nb.pdf", "a\"b'c`d$(e).pdf", "%s%n.pdf", "\u{202E}ü🪨.pdf", "\\.pdf",
        String(repeating: "n", count: 251) + ".pdf",
    ])
    func `reads a file whatever its name`(name: String) async throws {
        #expect(try await extract(SamplePDF(pages: ["one"]), name: name).text == "one\n\n")
    }

    @Test func `many extractions at once leave no descriptor and no child behind`() async throws {
        // In a process of its own: other tests open and close files meanwhile.
        await #expect(processExitsWith: .success) {
            func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
            try await Fixture.withFolder { folder in
                try Fixture.write(SamplePDF(pages: ["one", nil, "three"]).bytes, to: folder + "/a.pdf")
                func extractAll(_ count: Int) async throws {
                    try await withThrowingTaskGroup(of: Int?.self) { group in
                        for index in 0..<count {
                            let name = index % 4 == 3 ? "missing.pdf" : "a.pdf"
                            group.addTask {
                                try? await TextExtractor().extract(path: "\(folder)/\(name)", filename: name).pageCount
                            }
                        }
                        let pageCounts = try await group.reduce(into: [Int?]()) { $0.append($1) }
                        #expect(pageCounts.count { $0 == 3 } == count - count / 4)
                    }
                }
                try await extractAll(2)
                let before = try descriptors()
                try await extractAll(32)
                #expect(try descriptors() <= before)
                #expect(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD)
            }
        }
    }
}
