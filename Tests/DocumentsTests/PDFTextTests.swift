import Foundation
import Testing

@testable import Documents

@Suite struct PDFTextTests {
    private static let isInstalled = PDFTools().pdftotext != nil && PDFTools().prlimit != nil

    @Test(.enabled(if: isInstalled, "pdftotext (poppler-utils) or prlimit (util-linux) is not installed"))
    func `reads the text of each page and keeps blank ones`() async throws {
        let document = try await Fixture.extract("three-pages.pdf")
        #expect(document.isPaged && document.pageCount == 3)
        #expect(
            document.text == "Granite is an igneous rock.\nIt cools slowly below the surface.\n\n\u{0C}\u{0C}"
                + "Basalt is fine-grained.\nIt cools quickly in the open air.\n\n")
        #expect(document.title == "Granite handbook")
        #expect(Chunker().chunks(of: document).map(\.page) == [1, 3])
    }

    @Test(
        .enabled(if: isInstalled, "pdftotext (poppler-utils) or prlimit (util-linux) is not installed"),
        arguments: [
            ("encrypted.pdf", ExtractionError.Code.encrypted), ("damaged.pdf", .damaged), ("image-only.pdf", .noText),
        ])
    func `says why a PDF gives no text`(name: String, code: ExtractionError.Code) async {
        #expect(await extractionCode { try await Fixture.extract(name) } == code)
    }

    @Test(.enabled(if: isInstalled, "pdftotext (poppler-utils) or prlimit (util-linux) is not installed"))
    func `survives every truncation and a name like an option`() async throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Fixture.path("three-pages.pdf"))))
        try await Fixture.withFolder { folder in
            try Fixture.write(bytes, to: folder + "/-q.pdf")
            #expect(try await TextExtractor().extract(path: folder + "/-q.pdf", filename: "-q.pdf").pageCount == 3)
            for count in stride(from: 0, to: bytes.count, by: 211) {
                try Fixture.write(Array(bytes[..<count]), to: folder + "/cut.pdf")
                let code = await extractionCode {
                    try await TextExtractor().extract(path: folder + "/cut.pdf", filename: "cut.pdf")
                }
                #expect(code == nil || code == .damaged || code == .noText, "\(count) bytes")
            }
        }
    }

    @Test func `a relative path can be no option, no standard input and no address`() {
        #expect(PDFText.argument("-") == "./-")
        #expect(PDFText.argument("http://host/x.pdf") == "./http://host/x.pdf")
        #expect(PDFText.argument("/a/-b") == "/a/-b")
    }

    @Test func `names the package of a missing tool`() async {
        for (tools, package) in [
            (PDFTools(pdftotext: nil, pdfinfo: nil, prlimit: "/usr/bin/prlimit"), "poppler-utils"),
            (PDFTools(pdftotext: "/usr/bin/pdftotext", pdfinfo: nil, prlimit: nil), "util-linux"),
            (PDFTools(pdftotext: "/usr/bin/pdftotext", pdfinfo: nil, prlimit: "/nonexistent/prlimit"), "poppler-utils"),
            (PDFTools(pdftotext: "/nonexistent/pdftotext", pdfinfo: nil, prlimit: "/usr/bin/prlimit"), "poppler-utils"),
        ] {
            await #expect {
                try await Fixture.extract("three-pages.pdf", tools: tools)
            } throws: { error in
                let error = error as? ExtractionError
                return error?.code == .toolMissing && error?.message.contains(package) == true
            }
        }
    }

    @Test func `refuses what does not begin like a PDF before any process starts`() async throws {
        try await Fixture.withFolder { folder in
            for bytes in [[], Array("<html>".utf8), [UInt8](repeating: 0, count: 4_000) + Array("%PDF-1.7".utf8)] {
                try Fixture.write(bytes, to: folder + "/a.pdf")
                let extractor = TextExtractor(limits: .init(), tools: PDFTools(pdftotext: nil, pdfinfo: nil, prlimit: nil))
                #expect(
                    await extractionCode { try await extractor.extract(path: folder + "/a.pdf", filename: "a.pdf") } == .damaged)
            }
        }
    }

    @Test func `joins pages without the last form feed and repairs what is no text`() throws {
        #expect(try PDFText.joinedPages(Array("a\n\u{0C}\u{0C}b\u{0C}".utf8)) == "a\n\u{0C}\u{0C}b")
        #expect(try PDFText.joinedPages([0x61, 0, 0x0D, 0xFF, 0x0C]) == "a\u{FFFD}\n\u{FFFD}")
        #expect(throws: ExtractionError.self) { try PDFText.joinedPages([0x0C, 0x0C]) }
        #expect(throws: ExtractionError.self) { try PDFText.joinedPages([]) }
    }
}
