import Testing

@testable import HTTP

@Suite struct MultipartParserTests {
    typealias Event = MultipartParser.Event

    private static func part(_ fields: String, _ body: String) -> String { "--b\r\n\(fields)\r\n\r\n\(body)\r\n" }
    private static func named(_ parameters: String, _ body: String = "") -> String {
        part("Content-Disposition: form-data; \(parameters)", body) + "--b--\r\n"
    }

    /// All events of the pieces between the cuts, neighbouring data joined.
    private static func events(_ bytes: [UInt8], cuts: [Int] = [], boundary: String = "b") throws -> [Event] {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=\(boundary)")
        var events: [Event] = []
        var start = 0
        for end in cuts + [bytes.count] {
            for event in try parser.feed(Array(bytes[start..<end])) {
                if case .data(let more) = event, case .data(let data)? = events.last {
                    events[events.count - 1] = .data(data + more)
                } else {
                    events.append(event)
                }
            }
            start = end
        }
        try parser.finish()
        return events
    }

    private static func refusal(_ bytes: [UInt8], cuts: [Int] = []) -> Int? {
        do {
            _ = try events(bytes, cuts: cuts)
            return nil
        } catch { return (error as? HTTPParseError)?.status }
    }

    private static let form =
        part("Content-Disposition: form-data; name=\"key\"", "value")
        + part(
            "content-disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\nContent-Type: text/plain", "l1\r\n--l2\r\n-")
        + part("Content-Disposition: form-data; name=\"empty\"", "") + "--b--\r\n"

    private static let formEvents: [Event] = [
        .part(name: "key", filename: nil, contentType: nil), .data(Array("value".utf8)), .partEnd,
        .part(name: "file", filename: "a b.txt", contentType: "text/plain"), .data(Array("l1\r\n--l2\r\n-".utf8)), .partEnd,
        .part(name: "empty", filename: nil, contentType: nil), .partEnd, .end,
    ]

    @Test func `reads a form whole, byte by byte and at every split`() throws {
        let bytes = Array(Self.form.utf8)
        #expect(try Self.events(bytes) == Self.formEvents)
        #expect(try Self.events(bytes, cuts: Array(0..<bytes.count)) == Self.formEvents)
        for cut in 0...bytes.count {
            #expect(try Self.events(bytes, cuts: [cut]) == Self.formEvents, "cut at \(cut)")
        }
    }

    @Test(arguments: ["preamble\r\n", "\r\n", "--\r\n", "--a\r\n"]) func `skips what stands before and after the parts`(
        _ text: String
    ) throws {
        #expect(try Self.events(Array((text + Self.form + "epilogue --b").utf8)) == Self.formEvents)
    }

    @Test(arguments: [
        ("name=f; filename=a.txt", "a.txt"), ("name=f; filename=\"a.txt\"", "a.txt"), ("name=f; filename=\"\"", ""),
        ("name=f; filename=\"naïve 文書.pdf\"", "naïve 文書.pdf"), ("name=f; filename=naïve.pdf", "naïve.pdf"),
        ("name=f; filename=\"a\\\"b.txt\"", "a\"b.txt"), ("name=f; filename=\"a\\\\b.txt\"", "a\\b.txt"),
        ("name=f; filename=\"C:\\dir\\b.txt\"", "C:\\dir\\b.txt"), ("name=f; filename=\"a;b.txt\"", "a;b.txt"),
        ("name=f; filename=\"a%22b.txt\"", "a%22b.txt"), ("name=f; filename*=UTF-8''na%C3%AFve.pdf", "naïve.pdf"),
        ("name=f; filename=\"x\"; filename*=utf-8'en'%e2%82%ac%20rates", "€ rates"), ("name=f;filename=a", "a"),
        ("NAME=f ; FileName=\"a\"", "a"), ("filename=\"a\"; name=f", "a"),
    ])
    func `reads file names as clients write them`(_ parameters: String, _ filename: String) throws {
        #expect(
            try Self.events(Array(Self.named(parameters).utf8)).first == .part(name: "f", filename: filename, contentType: nil))
    }

    @Test(arguments: [
        "name=\"f", "filename=a", "name=f; name=g", "name=f; filename=a; filename=b", "name=f; filename=\"a\u{1}\"", "name=",
        "name",
        "name=f; filename*=ISO-8859-1''a", "name=f; filename*=a", "name=f; filename*=UTF-8''%FF", "name=f; filename*=UTF-8''%0",
        "name=f; filename*=UTF-8''%00", "name=f x", "name=\"f\"x", "name=f; filename=\"a\u{85}\"",
    ])
    func `refuses dispositions that say nothing sure`(_ parameters: String) {
        #expect(Self.refusal(Array(Self.named(parameters).utf8)) == 400)
    }

    @Test(arguments: [
        ("nothing", ""), ("no delimiter", "hello"), ("no end", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx"),
        ("half an end", "--b-"), ("one hyphen", "--b-x"), ("no line end", "--bx\r\n"),
        ("LF", "--b\nContent-Disposition: form-data; name=a\n\n"),
        ("no disposition", "--b\r\nX: y\r\n\r\nx\r\n--b--"), ("no headers", "--b\r\n\r\nx\r\n--b--"),
        ("an attachment", "--b\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--b--"),
        ("a name without colon", "--b\r\nContent-Disposition\r\n\r\nx\r\n--b--"),
        (
            "two dispositions",
            part("Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b", "") + "--b--"
        ),
        ("base64", part("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64", "") + "--b--"),
        ("an LF in the headers", part("Content-Disposition: form-data; name=a\nX: y", "") + "--b--"),
        ("a NUL in the headers", part("Content-Disposition: form-data; name=a\r\nX: \0", "") + "--b--"),
    ])
    func `refuses a broken form at every split`(_ name: String, _ text: String) {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count { #expect(Self.refusal(bytes, cuts: [cut]) == 400, "\(name), cut at \(cut)") }
    }

    @Test(arguments: [
        "text/plain", "multipart/mixed; boundary=b", "multipart/form-data", "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=\"a\u{E9}\"",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=" + String(repeating: "a", count: 71), "multipart/form-data; boundary=\"a\r\nb\"", "",
    ])
    func `refuses a content type without a legal boundary`(_ contentType: String) {
        #expect(throws: HTTPParseError.self) { try MultipartParser(contentType: contentType) }
    }

    @Test(arguments: [
        "multipart/form-data; boundary=b", "Multipart/Form-Data;Boundary=\"b\"",
        "multipart/form-data; charset=utf-8; boundary=\"b\" ;x=y",
    ])
    func `takes the boundary from the content type`(_ contentType: String) throws {
        var parser = try MultipartParser(contentType: contentType)
        #expect(try parser.feed(Array(Self.form.utf8)).last == .end)
        try parser.finish()
    }

    @Test(arguments: [UInt64(11), 12, 13]) func `gives random bodies back at random splits`(_ seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            // Bodies made of pieces of the delimiter; one that holds it whole is no legal body.
            var bodies = (0..<3).map { _ in
                random.bytes(count: Int.random(in: 0...200, using: &random), from: Array("\r\n-xy".utf8))
            }
            bodies.removeAll { String(decoding: Array("\r\n".utf8) + $0, as: UTF8.self).utf8.contains(Array("\r\n--xyx".utf8)) }
            var bytes: [UInt8] = []
            var expected: [Event] = []
            for body in bodies {
                bytes += Array("--xyx\r\nContent-Disposition: form-data; name=n\r\n\r\n".utf8) + body + Array("\r\n".utf8)
                expected += [.part(name: "n", filename: nil, contentType: nil)] + (body.isEmpty ? [] : [.data(body)]) + [.partEnd]
            }
            bytes += "--xyx--".utf8
            let cuts = random.cuts(of: bytes.count, count: 12)
            #expect(try Self.events(bytes, cuts: cuts, boundary: "xyx") == expected + [.end], "cuts \(cuts)")
        }
    }

    @Test func `holds back no more than a delimiter`() throws {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=boundary")
        _ = try parser.feed(Array("--boundary\r\nContent-Disposition: form-data; name=a\r\n\r\n".utf8))
        var given = 0
        var taken = 0
        for piece in [String(repeating: "x", count: 100_000), "\r\n--bound", "x", "\r", "\r\n", "-", "\n\r\n--boundar", "z"] {
            given += piece.utf8.count
            for case .data(let data) in try parser.feed(Array(piece.utf8)) { taken += data.count }
            #expect(given - taken < "\r\n--boundary".utf8.count)
        }
    }

    @Test func `bounds headers, parts and padding`() throws {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=b", headerBytesMax: 64, partsMax: 2)
        #expect(throws: HTTPParseError.badRequest("the header of a part is larger than 64 bytes")) {
            try parser.feed(Array("--b\r\nX: \(String(repeating: "a", count: 64))".utf8))
        }
        #expect(throws: HTTPParseError.self, "a refusal stays") { try parser.feed([]) }
        parser = try MultipartParser(contentType: "multipart/form-data; boundary=b", partsMax: 2)
        let part = Self.part("Content-Disposition: form-data; name=a", "")
        #expect(throws: HTTPParseError(status: 413, reason: "more than 2 parts")) {
            try parser.feed(Array((part + part + part).utf8))
        }
        let padding = String(repeating: " ", count: MultipartParser.paddingBytesMax + 1)
        #expect(Self.refusal(Array((padding + "\r\n" + Self.form).utf8)) == 400)
        #expect(Self.refusal(Array((Self.form + padding).utf8)) == 400)
        #expect(Self.refusal(Array(("--b" + padding + "\r\n").utf8)) == 400)
        #expect(try Self.events(Array(Self.form.replacing("--b\r\n", with: "--b \t\r\n").utf8)) == Self.formEvents)
        let lines = (0...MultipartPartHead.fieldCountMax).map { "X\($0): y" }.joined(separator: "\r\n")
        #expect(Self.refusal(Array(Self.part(lines, "").utf8)) == 400)
        let parameters = (0...FieldParameters.countMax).map { "p\($0)=x" }.joined(separator: "; ")
        #expect(Self.refusal(Array(Self.named("name=f; " + parameters).utf8)) == 400)
    }

    @Test func `takes a part without any body`() throws {
        let bytes = Array("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n--b--".utf8)
        for cut in 0...bytes.count {
            #expect(try Self.events(bytes, cuts: [cut]) == [.part(name: "a", filename: nil, contentType: nil), .partEnd, .end])
        }
    }
}
