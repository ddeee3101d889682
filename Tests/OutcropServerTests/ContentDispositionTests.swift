import HTTPTypes
import Testing

@testable import OutcropServer

@Suite struct ContentDispositionTests {
    @Test(arguments: [
        ("report.pdf", "application/pdf", "inline; filename=\"report.pdf\"; filename*=UTF-8''report.pdf"),
        ("a b.txt", "text/plain; charset=utf-8", "inline; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt"),
        ("page.html", "text/html", "attachment; filename=\"page.html\"; filename*=UTF-8''page.html"),
        ("pic.svg", "image/svg+xml", "attachment; filename=\"pic.svg\"; filename*=UTF-8''pic.svg"),
        ("folder/sub/x.md", "text/markdown", "attachment; filename=\"x.md\"; filename*=UTF-8''x.md"),
        ("Größe 1.md", "TEXT/PLAIN", "inline; filename=\"Gr__e 1.md\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.md"),
        ("\"; evil=\"1.txt", "x/y", "attachment; filename=\"_; evil=_1.txt\"; filename*=UTF-8''%22%3B%20evil%3D%221.txt"),
    ])
    func `names the file and shows only what is harmless`(filename: String, type: String, expected: String) {
        let field = ContentDisposition.field(filename: filename, contentType: type)
        // A semicolon inside the quoted string is no separator, so only quotes and backslashes must go.
        #expect(field == expected)
    }

    @Test(arguments: [
        "a\r\nset-cookie: x", "a\u{0}b", "a\\b\"c", "%22%0d%0a", "\u{202E}fdp.exe", "", "/", "a\u{7F}",
        String(repeating: "ä", count: 200),
    ])
    func `whatever the name, one field comes out`(filename: String) {
        let field = ContentDisposition.field(filename: filename, contentType: "text/plain")
        #expect(field.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        #expect(field.utf8.filter { $0 == UInt8(ascii: "\"") }.count == 2)
        #expect(!field.contains("\\"))
        #expect(HTTPField(name: .contentDisposition, value: field).value == field)
    }
}
