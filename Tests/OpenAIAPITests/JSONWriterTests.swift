import Foundation
import RAG
import Testing

@testable import OpenAIAPI

struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        body(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("plain", #""plain""#), ("", #""""#), ("\"\\/", #""\"\\/""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{8}\u{C}\u{1F}\u{7F}", #""\u0000\u0008\u000c\u001f\u007f""#), ("\u{2028}a\u{2029}", #""\u2028a\u2029""#),
        ("\u{2027}\u{202A}é漢🙂", "\"\u{2027}\u{202A}é漢🙂\""), ("\u{FFFF}\u{10FFFF}", "\"\u{FFFF}\u{10FFFF}\""),
    ])
    func `escapes what must be escaped and nothing else`(value: String, expected: String) {
        #expect(text { $0.value(value) } == expected)
    }

    @Test func `every scalar comes back as it was`() throws {
        for plane in stride(from: UInt32(0), through: 0x10FFFF, by: 0x1000) {
            let scalars = (plane..<plane + 0x1000).compactMap(Unicode.Scalar.init)
            let original = String(String.UnicodeScalarView(scalars))
            let node = try JSONParser.parse(Array(text { $0.value(original) }.utf8), depthMax: 1, valuesMax: 1)
            #expect(node == .string(original))
        }
    }

    @Test func `random strings come back from Foundation's reader as they were`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(state: seed)
        for _ in 0..<500 {
            let scalars = (0..<Int.random(in: 0..<40, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...[0x7F, 0x2FFF, 0x10FFFF].randomElement(using: &random)!, using: &random))
            }
            let original = String(String.UnicodeScalarView(scalars))
            let bytes = Data(text { $0.value(original) }.utf8)
            let decoded = try JSONDecoder().decode([String].self, from: Data("[".utf8) + bytes + Data("]".utf8))
            #expect(decoded.map { Array($0.unicodeScalars) } == [Array(original.unicodeScalars)], "seed \(seed)")
        }
    }

    @Test func `numbers come back as they were`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(state: seed)
        for _ in 0..<2_000 {
            let double = Double(bitPattern: random.next())
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            if double.isFinite { #expect(Double(text { $0.value(double) }) == double, "seed \(seed)") }
            if float.isFinite {
                let decoded = try JSONDecoder().decode(
                    [Float].self, from: Data(text { json in json.array { $0.value(float) } }.utf8))
                #expect(decoded == [float], "seed \(seed)")
            }
        }
        #expect(text { $0.value(Double.nan) } == "null")
        #expect(text { $0.value(-Double.infinity) } == "null")
        #expect(text { $0.value(Float.nan) } == "null")
    }

    @Test func `separates members and values`() {
        let written = text { json in
            json.array {
                $0.value(1)
                $0.object { _ in }
                $0.object { inner in
                    inner.field("a", true)
                    inner.field("b", nil as Int?)
                    inner.field("c", ["x", "y"])
                }
                $0.array { _ in }
                $0.null()
            }
        }
        #expect(written == #"[1,{},{"a":true,"b":null,"c":["x","y"]},[],null]"#)
    }

    @Test func `writes any JSON value with sorted keys and whole numbers`() {
        let value = JSONValue.object([
            "b": .array([.number(3), .number(0.5), .number(1e300), .null]), "a": .bool(false), "c": .string("\""),
            "d": .object([:]),
        ])
        #expect(text { $0.value(value) } == #"{"a":false,"b":[3,0.5,1e+300,null],"c":"\"","d":{}}"#)
    }
}
