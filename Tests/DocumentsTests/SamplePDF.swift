/// A PDF made on the spot: one line of Helvetica a page, with what tests need to break.
struct SamplePDF {
    /// The text of each page, without parentheses or backslashes; nil is a page whose object is missing.
    var pages: [String?]
    /// The text that the letter X stands for, as UTF-16 in hexadecimal digits.
    var meaningOfX: String?
    /// As it stands between the parentheses of a PDF string.
    var title = ""

    var bytes: [UInt8] {
        let kids = pages.indices.map { "\(10 + 2 * $0) 0 R" }.joined(separator: " ")
        let toUnicode = meaningOfX == nil ? "" : "/ToUnicode 4 0 R"
        var objects = [
            (1, "<</Type/Catalog/Pages 2 0 R>>"), (2, "<</Type/Pages/Count \(pages.count)/Kids[\(kids)]>>"),
            (3, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica\(toUnicode)>>"), (5, "<</Title(\(title))>>"),
        ]
        if let meaningOfX {
            objects.append(
                (
                    4,
                    stream(
                        "begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar\n<58> <\(meaningOfX)>\n"
                            + "endbfchar endcmap")
                ))
        }
        for (index, text) in pages.enumerated() {
            guard let text else { continue }
            let number = 10 + 2 * index
            let page =
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents \(number + 1) 0 R/Resources<</Font<</F 3 0 R>>>>>>"
            objects.append((number, page))
            objects.append((number + 1, stream("BT /F 12 Tf 72 700 Td (\(text)) Tj ET")))
        }
        return file(objects)
    }

    private func stream(_ text: String) -> String { "<</Length \(text.utf8.count)>>stream\n\(text)\nendstream" }

    private func file(_ objects: [(number: Int, body: String)]) -> [UInt8] {
        var output = Array("%PDF-1.4\n".utf8)
        var table = "xref\n0 1\n0000000000 65535 f \n"
        for (number, body) in objects {
            let digits = String(output.count)
            table += "\(number) 1\n\(String(repeating: "0", count: 10 - digits.count))\(digits) 00000 n \n"
            output += Array("\(number) 0 obj\n\(body)\nendobj\n".utf8)
        }
        let start = output.count
        let trailer = "trailer<</Size \(10 + 2 * pages.count)/Root 1 0 R/Info 5 0 R>>\nstartxref\n\(start)\n%%EOF\n"
        return output + Array((table + trailer).utf8)
    }
}
