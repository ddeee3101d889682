import Foundation
import RAG
import Testing

@testable import OpenAIAPI

struct JSONParserTests {
    private func parse(_ text: String, valuesMax: Int = 1_000) throws -> JSONNode {
        try JSONParser.parse(Array(text.utf8), depthMax: 64, valuesMax: valuesMax)
    }

    @Test func `reads every kind of value`() throws {
        let text = #" {"a" : [null, true, false, -0, 12, 1.5, -2e3, 9223372036854775807, 9223372036854775808], "b":{}, "b":"x"} "#
        let expected: [JSONNode] = [
            .null, .bool(true), .bool(false), .integer(0), .integer(12), .number(1.5), .number(-2000), .integer(.max),
            .number(9_223_372_036_854_775_808),
        ]
        #expect(try parse(text) == .object(["a": .array(expected), "b": .string("x")]))
    }

    @Test func `reads every escape`() throws {
        #expect(try parse(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE42\u2028\u0000""#) == .string("\"\\/\u{8}\u{C}\n\r\té🙂\u{2028}\0"))
    }

    @Test(
        arguments: [[0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xFF, 0x22]] as [[UInt8]]
    )
    func `refuses bytes that are not UTF-8`(bytes: [UInt8]) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(bytes, depthMax: 64, valuesMax: 10) }
    }

    @Test func `bounds depth, values and digits`() throws {
        _ = try parse(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
        #expect(throws: JSONParser.Failure.self) {
            try parse(String(repeating: "[", count: 65) + String(repeating: "]", count: 65))
        }
        _ = try parse("[1,2]", valuesMax: 3)
        #expect(throws: JSONParser.Failure.self) { try parse("[1,2,3]", valuesMax: 3) }
        _ = try parse("0." + String(repeating: "1", count: 1_022))
        #expect(throws: JSONParser.Failure.self) { try parse("0." + String(repeating: "1", count: 1_023)) }
        #expect(RequestDecoder.depthMax == 64 && RequestDecoder.valuesMax == 1_000_000)
    }

    /// Foundation's reader is the reference: whatever we accept it accepts with the same value, whatever it refuses we refuse.
    @Test func `agrees with Foundation on mutated texts`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(state: seed)
        // Names too different for three mutations to make two alike: of repeated names Foundation takes the first, we the last.
        let sample = Array(#"{"aaaaa":[1,-2.5e-1,true,null,"x\n\u00e9é🙂"],"bbbbb":{"ccccc":[],"ddddd":{}},"eeeee":"\"\\"}"#.utf8)
        let alphabet = Array("{}[]\",:\\/0123456789.eE+-tfnul \n\u{1}".utf8)
        var accepted = 0
        for _ in 0..<4_000 {
            var bytes = sample
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: index)
                case 1: bytes.insert(alphabet.randomElement(using: &random)!, at: index)
                default: bytes[index] = alphabet.randomElement(using: &random)!
                }
            }
            guard let node = try? JSONParser.parse(bytes, depthMax: 64, valuesMax: 1_000) else { continue }
            accepted += 1
            let reference = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
            #expect(reference == node.jsonValue, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(accepted > 100, "seed \(seed)")
    }

    @Test func `names that only look the same are different members`() throws {
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        let node = try JSONParser.parse(Array(#"{"\#(composed)":1,"\#(decomposed)":2}"#.utf8), depthMax: 1, valuesMax: 3)
        #expect(node == .object([JSONName(composed): .integer(1), JSONName(decomposed): .integer(2)]))
    }

    @Test(
        arguments: [
            ("1e-400", .number(0)), ("-0.0", .number(-0.0)), ("-9223372036854775808", .integer(.min)), ("1E+2", .number(100)),
            ("123456789012345678901234567890", .number(0x1.8ee90ff6c373ep+96)),
        ] as [(String, JSONNode)])
    func `reads numbers at the edges`(text: String, node: JSONNode) throws {
        #expect(try JSONParser.parse(Array(text.utf8), depthMax: 1, valuesMax: 1) == node)
    }

    @Test(arguments: [
        "", " ", "1E400", "-1E400", "00", "01", "-", "-01", "+1", ".5", "1.", "1.e1", "1e", "1e+", "0x10", "NaN", "Infinity",
        "- 1",
        "1 2", "[1,]", "[,1]", #"{"a":1,}"#, #"{"a"}"#, #"{a:1}"#, "'a'", "\u{FEFF}1", "1\0", #""\ud800""#, #""\udc00""#,
        #""\ud800\ud800""#, #""\ud800\n""#, #""\ud800\u0041""#, #""\uD83"#, #""\u+123""#, #""\u００４１""#, #""\x41""#, "\"a\nb\"",
        "\"\u{0}\"", "\"abc", "tru", "True", "nul", "// c\n1", "/**/1", "\u{A0}1", "\u{C}1", "[1}", "{]", "]",
    ])
    func `refuses what RFC 8259 does not allow`(text: String) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text.utf8), depthMax: 4, valuesMax: 10) }
    }
}
