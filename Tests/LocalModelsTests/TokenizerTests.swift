import Foundation
import LocalModels
import RAG
import Testing

/// The rules of cleaning, splitting and pieces over a vocabulary small enough to read.
struct TokenizerTests {
    static let lines = [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "unaffa", "cafe", "##s", "cat", "!", "[", "]", "中",
        "ss", "i",
        "é", "e", "Cat", "ᄀ", "##ᅡ", "a", "##a", "$", "。", ";", "Œ", "œ", "b",
    ]

    static func tokenizer(_ options: WordPieceTokenizer.Options = .init(), lines: [String] = lines) throws -> WordPieceTokenizer {
        try Array(lines.joined(separator: "\n").utf8).withUnsafeBytes {
            try WordPieceTokenizer(vocabulary: Vocabulary($0), options: options)
        }
    }

    /// The pieces without the outer `[CLS]` and `[SEP]`.
    static func pieces(_ text: String, _ options: WordPieceTokenizer.Options = .init()) throws -> String {
        try tokenizer(options).encode(text).dropFirst().dropLast().map { lines[Int($0)] }.joined(separator: " ")
    }

    static let table: [(text: String, pieces: String)] = [
        ("", ""),
        (" \t\r\n\u{A0}\u{2003}\u{2028}\u{3000}", ""),
        ("cat", "cat"),
        ("CAT cats", "cat cat ##s"),
        // The longest piece first, even though it ends nowhere.
        ("unaffable", "[UNK]"),
        ("unaff", "un ##aff"),
        ("unxcat", "[UNK]"),
        ("cat!cat", "cat ! cat"),
        ("cat$!", "cat $ !"),
        ("Café CAFE\u{301}S", "cafe cafe ##s"),
        ("İ", "i"),
        ("Œ", "œ"),
        ("ß", "[UNK]"),
        ("中cat中", "中 cat 中"),
        ("가", "ᄀ ##ᅡ"),
        ("cat。", "cat 。"),
        ("\u{37E}", ";"),
        // Dropped without a trace: NUL, controls, zero-width space, soft hyphen, byte order mark, private use, replacement.
        ("c\u{0}a\u{7}t\u{200B}s\u{AD}\u{FEFF}\u{E000}\u{FFFD}\u{7F}\u{C}", "cat ##s"),
        ("[CLS]cat[SEP]", "[CLS] cat [SEP]"),
        ("cat[MASK]s", "cat [MASK] [UNK]"),
        ("[cls] [X]", "[ [UNK] ] [ [UNK] ]"),
        ("[CLS", "[ [UNK]"),
        ("🚀", "[UNK]"),
        ("\u{301}", ""),
        ("##s", "[UNK] [UNK] [UNK]"),
        (String(repeating: "a", count: 100), (["a"] + Array(repeating: "##a", count: 99)).joined(separator: " ")),
        (String(repeating: "a", count: 101), "[UNK]"),
        (String(repeating: "á", count: 100), (["a"] + Array(repeating: "##a", count: 99)).joined(separator: " ")),
        (String(repeating: "a", count: 5_000) + " b", "[UNK] b"),
    ]

    @Test(arguments: table) func `cuts text into pieces`(text: String, pieces: String) throws {
        #expect(try Self.pieces(text) == pieces)
    }

    @Test func `keeps capitals, accents and ideograph runs when the model asks`() throws {
        #expect(try Self.pieces("Cat CAT", .init(lowerCase: false, stripAccents: false)) == "Cat [UNK]")
        #expect(try Self.pieces("É", .init(lowerCase: true, stripAccents: false)) == "é")
        #expect(try Self.pieces("É", .init(lowerCase: true, stripAccents: true)) == "e")
        #expect(try Self.pieces("Œ", .init(lowerCase: false, stripAccents: true)) == "Œ")
        #expect(try Self.pieces("中中", .init(spaceIdeographs: false)) == "[UNK]")
    }

    @Test(arguments: 2...8) func `cuts at the limit and keeps both ends`(countMax: Int) throws {
        let tokenizer = try Self.tokenizer()
        let whole = tokenizer.encode("cats unaff [MASK] cat")
        let expected = whole.count <= countMax ? whole : Array(whole.prefix(countMax - 1)) + [3]
        #expect(tokenizer.encode("cats unaff [MASK] cat", countMax: countMax) == expected)
    }

    @Test func `bridged and sliced strings give the same ids`() throws {
        let text = "Café 中 cats! " + String(repeating: "unaff ", count: 40)
        let tokenizer = try Self.tokenizer()
        let expected = tokenizer.encode(text)
        #expect(tokenizer.encode(NSString(string: text) as String) == expected)
        #expect(tokenizer.encode(String(("x" + text).dropFirst())) == expected)
    }

    @Test func `a random text never fails, keeps its ends and its limit`() throws {
        let tokenizer = try Self.tokenizer()
        var random = SeededRandom(seed: 5)
        for _ in 0..<2_000 {
            let scalars = (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...(Bool.random(using: &random) ? 0x17F : 0x2FFFF), using: &random))
            }
            let ids = tokenizer.encode(String(String.UnicodeScalarView(scalars)), countMax: 20)
            #expect(ids.count <= 20 && ids.first == 2 && ids.last == 3, "seed 5")
            let text = String(String.UnicodeScalarView(scalars)) + "[MASK] cats"
            #expect(tokenizer.count(text) == tokenizer.encode(text).count, "seed 5")
        }
    }

    // Minutes of work for a reader whose time grows with the square of the length.
    @Test(arguments: ["a", "[", "[C", "é", "e\u{301}", "\u{301}\u{327}", "中", "🚀", "[CLS]", "\u{0}"])
    func `a long run of one thing is read in time that grows with its length`(unit: String) throws {
        let tokenizer = try Self.tokenizer()
        let text = String(repeating: unit, count: (256 << 10) / unit.utf8.count)
        #expect(tokenizer.encode(text, countMax: 16).count <= 16)
        #expect(tokenizer.count(text) == tokenizer.encode(text).count)
    }

    @Test func `the vocabulary reads lines as they come`() throws {
        let text = Array("[UNK]\r\n[CLS]\n[SEP]\na\n\n##b\na\n##\n###".utf8)
        let vocabulary = try text.withUnsafeBytes { try Vocabulary($0) }
        #expect(vocabulary.count == 9)
        #expect(["[UNK]", "[CLS]", "##b", "##", "###", "b", ""].map { vocabulary.id(of: $0) } == [0, 1, 5, 7, 8, nil, nil])
        #expect(vocabulary.id(of: "a") == 6)  // the later of two
    }

    @Test func `a vocabulary without its special tokens, empty or not UTF-8 is refused`() throws {
        for missing in ["[UNK]", "[CLS]", "[SEP]"] {
            #expect { try Self.tokenizer(lines: Self.lines.filter { $0 != missing }) } throws: {
                ($0 as? OutcropFailure)?.message.contains("\(missing) is missing") == true
            }
        }
        for bytes: [UInt8] in [[], [0xFF, 0xFE, 0x0A]] {
            #expect(throws: OutcropFailure.self) { try bytes.withUnsafeBytes { try Vocabulary($0) } }
        }
        let tooMany = Array(repeating: UInt8(ascii: "\n"), count: Vocabulary.countMax + 1)
        #expect(throws: OutcropFailure.self) { try tooMany.withUnsafeBytes { try Vocabulary($0) } }
    }
}
