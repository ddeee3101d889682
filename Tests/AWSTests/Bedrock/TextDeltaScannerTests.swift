import Foundation
import Testing

@testable import AWS

struct TextDeltaScannerTests {
    private static func scan(_ json: String) -> (index: Int, text: String)? { TextDeltaScanner.scan(Array(json.utf8)[...]) }

    static let regular: [(json: String, index: Int, text: String)] = [
        (#"{"contentBlockIndex":0,"delta":{"text":"Hello"},"p":"abcdefghijk"}"#, 0, "Hello"),
        (#"{"p":"a","delta":{"text":""},"contentBlockIndex":12}"#, 12, ""),
        (#"{"delta":{"text":"x"},"contentBlockIndex":3}"#, 3, "x"),
        (#"{ "contentBlockIndex" : 0 , "delta" : { "text" : " " } , "p" : "" } "#, 0, " "),
        (
            #"{"contentBlockIndex":0,"delta":{"text":"\"\\\/\b\f\n\r\t\u0041\u00e9\u65e5\ud83d\ude00"}}"#, 0,
            "\"\\/\u{8}\u{C}\n\r\tAé日😀"
        ),
        (#"{"contentBlockIndex":0,"delta":{"text":"é日😀\u0000"}}"#, 0, "é日😀\0"),
    ]

    @Test(arguments: regular)
    func `reads the regular frames`(_ row: (json: String, index: Int, text: String)) throws {
        let scanned = try #require(Self.scan(row.json))
        #expect(scanned.index == row.index)
        #expect(Array(scanned.text.unicodeScalars) == Array(row.text.unicodeScalars))
    }

    static let irregular: [String] = [
        "", " ", "{", "{}", "[]", "null", #"{"contentBlockIndex":0}"#, #"{"delta":{"text":"a"}}"#,
        #"{"contentBlockIndex":0,"delta":{"text":"a"}"#, #"{"contentBlockIndex":0,"delta":{"text":"a"}}}"#,
        #"{"contentBlockIndex":0,"delta":{"text":"a"}} x"#, #"{"contentBlockIndex":0,"delta":{"text":"a"},}"#,
        #"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"text"}}}"#,
        #"{"contentBlockIndex":0,"delta":{"text":"a","text":"b"}}"#,
        #"{"contentBlockIndex":0,"delta":{"text":"a"},"delta":{"text":"b"}}"#,
        #"{"contentBlockIndex":0,"contentBlockIndex":1,"delta":{"text":"a"}}"#,
        #"{"contentBlockIndex":0,"delta":{"text":"a"},"p":"b","p":"c"}"#, #"{"contentBlockIndex":0,"delta":{"text":"a"},"p":5}"#,
        #"{"contentBlockIndex":0,"delta":{"text":"a"},"q":"b"}"#, #"{"contentBlockIndex":"0","delta":{"text":"a"}}"#,
        #"{"contentBlockIndex":-1,"delta":{"text":"a"}}"#, #"{"contentBlockIndex":01,"delta":{"text":"a"}}"#,
        #"{"contentBlockIndex":1.0,"delta":{"text":"a"}}"#, #"{"contentBlockIndex":1e1,"delta":{"text":"a"}}"#,
        #"{"contentBlockIndex":12345678901234567890,"delta":{"text":"a"}}"#, #"{"contentBlockIndex":0,"delta":{"text":null}}"#,
        #"{"contentBlockIndex":0,"delta":{"text":"\ud83d"}}"#, #"{"contentBlockIndex":0,"delta":{"text":"\ude00\ud83d"}}"#,
        #"{"contentBlockIndex":0,"delta":{"text":"\ud83dx"}}"#, #"{"contentBlockIndex":0,"delta":{"text":"\ud83d\u0041"}}"#,
        #"{"contentBlockIndex":0,"delta":{"text":"\x"}}"#, #"{"contentBlockIndex":0,"delta":{"text":"\u12"}}"#,
        #"{"contentBlockIndex":0,"delta":{"text":"\u12G4"}}"#, #"{"contentBlockIndex":0,"delta":{"text":"a"#,
        #"{"contentBlockIndex":0,"delta":{"text":"a\"#, #"{"contentBlockIndex":0,"delta":{"t\u0065xt":"a"}}"#,
        "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\nb\"}}", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"\\n\u{1}\"}}",
        "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\"},\u{A0}\"p\":\"\"}",
        "\u{FEFF}{\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\"}}",
    ]

    @Test(arguments: irregular)
    func `leaves everything else to the decoder`(_ json: String) { #expect(Self.scan(json) == nil) }

    @Test func `leaves bytes that are no UTF-8 to the decoder`() {
        for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80]] {
            for escape in ["", "\\n"] {
                let json =
                    Array(#"{"contentBlockIndex":0,"delta":{"text":""#.utf8) + Array(escape.utf8) + bad + Array(#""}}"#.utf8)
                #expect(TextDeltaScanner.scan(json[...]) == nil)
            }
        }
    }

    /// Whatever the scanner reads, the decoder reads the same. That is all the stream needs; how often it reads is counted.
    @Test func `agrees with the decoder on random frames`() {
        let seed = UInt64.random(in: 0 ... .max)
        print("TextDeltaScanner seed: \(seed)")
        var frames = RandomFrames(seed: seed)
        var scannedCount = 0
        for round in 0..<20_000 {
            let frame = frames.next()
            guard let scanned = TextDeltaScanner.scan(frame[...]) else { continue }
            scannedCount += 1
            let decoded = try? ConverseStreamEvent(type: "contentBlockDelta", payload: frame[...])
            guard case .textDelta(scanned.index, let text)? = decoded, text.utf8.elementsEqual(scanned.text.utf8) else {
                Issue.record("seed \(seed), frame \(round): \(String(decoding: frame, as: UTF8.self))")
                return
            }
        }
        #expect((2_000..<19_000).contains(scannedCount), "frames of both kinds must come, not \(scannedCount) scanned ones")
    }
}

/// Frames near the regular form: members in any order, spacing, escapes of every kind, and often a fault.
private struct RandomFrames {
    var random: SplitMix

    init(seed: UInt64) { random = SplitMix(state: seed) }

    mutating func next() -> [UInt8] {
        var members = [
            pick([#""contentBlockIndex":0"#, #""contentBlockIndex": 7"#, #""contentBlockIndex":10"#, #""contentBlockIndex":1.0"#]
            ),
            "\"delta\":\(space()){\(pick(["", " "]))\(delta())}", "\"p\":\(string(plain: true))",
        ]
        if chance(10) { members.removeLast() }
        if chance(30) {
            members.append(pick([#""text":"outer""#, #""x":{"text":"nested"}"#, #""delta":{"text":"again"}"#, #""p":null"#]))
        }
        members.shuffle(using: &random)
        var bytes = Array("{\(members.joined(separator: "\(space()),\(space())"))}\(space())".utf8)
        if chance(8) { bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random) }
        if chance(30) { bytes.remove(at: Int.random(in: bytes.indices, using: &random)) }
        return bytes
    }

    private mutating func delta() -> String {
        if chance(30) { return #""toolUse":{"input":"text"}"# }
        let text = "\"text\":\(space())\(string(plain: false))"
        return chance(30) ? text + #","toolUse":{"input":"x"}"# : text
    }

    private mutating func string(plain: Bool) -> String {
        let count = Int.random(in: 0..<8, using: &random)
        return "\"" + (0..<count).map { _ in plain ? "a" : piece() }.joined() + "\""
    }

    private mutating func piece() -> String {
        pick([
            "a", "text", " ", "é", "日本", "😀", "e\u{301}", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\b\f\r\t"#, #"\u0000"#, #"\u00E9"#,
            #"\u2028"#, #"\ud83d\ude00"#, #"\uD83D\uDE00"#, "{\\\"text\\\":1}", "\u{7F}", "\u{FFFF}", "\u{10FFFF}",
            chance(10) ? #"\ud83d"# : "b", chance(10) ? #"\ude00"# : "c", chance(10) ? #"\q"# : "d", chance(10) ? "\t" : "e",
        ])
    }

    private mutating func space() -> String { chance(6) ? pick([" ", "\n", "\t", "\r\n", "  "]) : "" }
    private mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &random) == 0 }
    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
}
