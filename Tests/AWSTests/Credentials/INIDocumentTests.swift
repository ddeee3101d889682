import Foundation
import Testing

@testable import AWS

struct INIDocumentTests {
    @Test(arguments: [
        ("a = 1\n", 1), ("[a]\nb\n", 2), ("[a]\n= 1\n", 2), ("[a]\nb = 1\n[a]\n", 3), ("[a]\nb = 1\nB : 2\n", 3),
        ("[a]\n\n# c\nb =\n  x = 1\n  y\n", 4), ("[]\n", 1), ("[a\n", 1), ("\u{FEFF}[a]\nb\n", 2), ("[a]\r\nb = 1\r\nc\r\n", 3),
        ("[a]\rb = 1\rc\r", 3),
    ])
    func `refuses what botocore refuses and names the line`(text: String, line: Int) {
        let problem = #expect(throws: INIDocument.Problem.self) { try INIDocument(Array(text.utf8)) }
        #expect(problem?.line == line)
    }

    @Test func `refuses bytes that are no UTF-8`() {
        #expect(throws: INIDocument.Problem.self) { try INIDocument([0x5B, 0x61, 0x5D, 0x0A, 0xFF]) }
    }

    @Test func `every prefix of a file is read or refused`() throws {
        let text = "[profile \"a b\"]\r\nx = 1\n  y\n\n# no\n s3 =\n  k = v\n[DEFAULT]\nz: \u{301}\r"
        let bytes = Array(text.utf8)
        for count in 0...bytes.count {
            _ = try? INIDocument(Array(bytes[..<count]))
        }
        let sections = try INIDocument(bytes).sections
        #expect(sections.map(\.name) == ["profile \"a b\""])
        #expect(sections[0].section.values["z"] == "\u{301}")
    }

    @Test func `what sections inherit is bounded`() throws {
        func text(_ sections: Int, _ settings: Int) -> [UInt8] {
            let own = (0..<sections).map { "[s\($0)]\n" }.joined()
            return Array((own + "[DEFAULT]\n" + (0..<settings).map { "k\($0)=\n" }.joined()).utf8)
        }
        #expect(try INIDocument(text(1_000, 100)).sections.allSatisfy { $0.section.values.count == 100 })
        let problem = #expect(throws: INIDocument.Problem.self) { try INIDocument(text(50_000, 50_000)) }
        #expect(problem?.message == "[DEFAULT] has too many settings for so many sections")
    }

    @Test(arguments: ["[#]\n", "[a]\n# = 1\n", "[a]\nb =\n  # = 1\n"])
    func `names are bounded`(pattern: String) throws {
        func bytes(_ name: String) -> [UInt8] { Array(pattern.replacingOccurrences(of: "#", with: name).utf8) }
        #expect(try INIDocument(bytes(String(repeating: "n", count: 1_000))).sections.count == 1)
        let marks = "a" + String(repeating: "\u{301}\u{316}", count: 250_000)
        let problem = #expect(throws: INIDocument.Problem.self) { try INIDocument(bytes(marks)) }
        #expect(problem?.message.hasSuffix("too long") == true)
    }

    @Test func `reads a mebibyte of one value in linear time`() throws {
        let lines = String(repeating: "\n  e\u{301}", count: 200_000)
        let document = try INIDocument(Array("[a]\nb = x\(lines)\n".utf8))
        #expect(document.sections[0].section.values["b"]?.utf8.count == 1 + 200_000 * 4)
    }
}
