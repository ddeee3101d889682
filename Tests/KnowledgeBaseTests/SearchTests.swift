import Foundation
import RAG
import Testing

@testable import KnowledgeBase

@Suite struct SearchTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    /// Whatever stands in a query: an answer, never an error.
    static let hostileQueries = [
        "\"", "\"\"", "'", "*", "foo*", "foo\"bar", "NEAR(a b)", "a NEAR b", "AND", "OR", "NOT", "a AND", "NOT a", "(", ")", "((",
        "a)(",
        "text:", "text:foo", "{text context}: foo", "-foo", "+foo", "^foo", "foo^2", "\\", "a\\\"b", ";", "DROP TABLE chunks",
        "?", "??", "?1",
        ":a", "@a", "$a", "\u{0}", "a\u{0}b", "\u{FFFF}", "\u{FEFF}", "\u{200B}", "🙂", "👩‍👩‍👧", "é", "e\u{301}", "ﬁ", "İ", "%", "_",
        "--", "/*", "*/",
        "\n", "\t", " ", "", "rowid", "rank MATCH 1", "bm25(1)", "價", "價格\"", "\"價格", "한", "カ", "ｶ", "日本語 NEAR x", "١٢٣", "a-b-c",
        "don't",
        "C++", "C#", ".NET", "x=1", "<b>", "&amp;", "http://a.b/c?d=e&f#g", "1e309", "0x", "+-*/", "🇩🇪", "\u{1F468}\u{200D}", "ا",
        "ไทย",
        String(repeating: "a", count: 20_000), String(repeating: "word ", count: 4_000), String(repeating: "價格", count: 6_000),
        String(repeating: "\"", count: 10_000), String(repeating: "(", count: 10_000),
        (0..<5_000).map { "w\($0)" }.joined(separator: " "),
    ]

    @Test func `no query is an error`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "Some words, 價格 and more 日本語 text.")
        try await base.synced()
        for query in Self.hostileQueries {
            _ = try await base.find(query)
            _ = try await base.find(query, query + " price", minScore: 0.5)
            let terms = FTSQuery(query)
            #expect(terms.words.count <= FTSQuery.termsMax && terms.trigramTerms.count <= FTSQuery.termsMax)
        }
        await base.close()
        let textOnly = try await bench.open(nil)
        for query in Self.hostileQueries { _ = try await textOnly.find(query) }
        await textOnly.close()
    }

    @Test(arguments: [
        ("產品的價格是多少", "zh.txt"), ("價格", "zh.txt"), ("保固", "zh.txt"), ("年", "zh.txt"), ("返品期間", "ja.txt"), ("返品", "ja.txt"),
        ("ヶ月", "ja.txt"),
        ("환불 규정", "ko.txt"), ("환불", "ko.txt"), ("規定", "ja.txt"), ("price 價格", "zh.txt"),
    ]) func `finds Chinese, Japanese and Korean by full text`(query: String, filename: String) async throws {
        let base = try await bench.open(nil)
        try bench.write("zh.txt", "本產品的價格為三百元。保固期為兩年")
        try bench.write("ja.txt", "返品期間は三ヶ月です。詳しくは規定")
        try bench.write("ko.txt", "환불 규정은 다음과 같습니다.")
        try bench.write("en.txt", "The product comes in three colours.")
        try await base.synced()
        #expect(try await base.names(query).first == filename)
        await base.close()
    }

    @Test func `the score is the cosine of query and passage, and the minimum applies to it`() async throws {
        let model = BagOfWords()
        let base = try await bench.open(model)
        try bench.write("a.txt", "The ferry leaves at noon.")
        try bench.write("b.txt", "Tickets are sold at the pier.")
        try await base.synced()
        let vectors = try await model.embed(["when does the ferry leave", "The ferry leaves at noon."], purpose: .query)
        let cosine = Double(zip(vectors[0], vectors[1]).reduce(Float(0)) { $0 + $1.0 * $1.1 })
        let found = try await base.find("when does the ferry leave")
        let passage = try #require(found.first { $0.filename == "a.txt" })
        #expect(abs(passage.score - max(0, cosine)) < 1e-6)
        #expect(found.allSatisfy { (0...1).contains($0.score) })
        #expect(try await base.find("The ferry leaves at noon.", minScore: 0.99).map(\.filename) == ["a.txt"])
        #expect(try await base.find("The ferry leaves at noon.", minScore: 1.01).isEmpty)
        await base.close()
        let strict = try await bench.open(model) { $0.minScore = 0.99 }
        #expect(try await strict.names("The ferry leaves at noon.") == ["a.txt"])
        #expect(try await strict.find("The ferry leaves at noon.", minScore: 0).count == 2)
        await strict.close()
    }

    @Test func `a follow-up finds what only both texts together name`() async throws {
        let base = try await bench.open()
        try bench.write("lamp.txt", "The Aurora lamp. The price of the Aurora lamp is forty euros.")
        try bench.write("chair.txt", "The Borealis chair. The price of the Borealis chair is ninety euros.")
        for number in 0..<8 { try bench.write("other\(number).txt", "The price of article \(number) is \(number) euros.") }
        try await base.synced()
        let found = try await base.find("and its price?", "tell me about the Borealis chair and its price?", topK: 3)
        #expect(found.first?.filename == "chair.txt")
        let alone = try await base.find("tell me about the Borealis chair and its price?").first
        #expect(found.first?.score == alone?.score, "the best cosine of any text")
        await base.close()
    }

    @Test func `the same text and overlapping passages are told once`() async throws {
        let base = try await bench.open { $0.chunker = .init(size: 60, overlap: 40) }
        try bench.write("a.txt", "The ship sails tomorrow at dawn.")
        try bench.write("copy.txt", "The ship sails tomorrow at dawn.")
        try bench.write("long.txt", (0..<40).map { "word\($0) anchor" }.joined(separator: " "))
        try await base.synced()
        #expect(try await base.find("ship sails dawn").filter { $0.text.contains("ship") }.count == 1)
        let passages = try await base.find("anchor word1 word2 word3 word4", topK: 10).filter { $0.filename == "long.txt" }
        #expect(passages.count > 1)
        for (index, left) in passages.enumerated() {
            for right in passages[(index + 1)...] {
                #expect(left.range.clamped(to: right.range).count * 2 <= min(left.range.count, right.range.count))
            }
        }
        await base.close()
    }

    @Test func `filters decide before the best are taken`() async throws {
        let base = try await bench.open { $0.candidatesMax = 5 }
        for number in 0..<30 {
            try bench.write("\(number).txt", "The report on harvest number \(number).")
            try bench.write(
                "\(number).txt.metadata.json", #"{"metadataAttributes": {"number": \#(number), "even": \#(number % 2 == 0)}}"#)
        }
        try await base.synced()
        func names(_ filter: MetadataFilter) async throws -> Set<String> {
            Set(try await base.find("report on harvest", topK: 30, filter: filter).map(\.filename))
        }
        #expect(try await names(.compare(key: "number", .eq, .number(29))) == ["29.txt"])
        #expect(try await names(.compare(key: "number", .gte, .number(28))) == ["28.txt", "29.txt"])
        let even = try await names(.compare(key: "even", .eq, .bool(true)))
        #expect(even.count == 15)
        #expect(try await names(.compare(key: "filename", .eq, .string("7.txt"))) == ["7.txt"])
        #expect(try await names(.compare(key: "source", .eq, .string("upload"))) == [])
        let id = try #require(try await base.documents(limit: 1, after: nil).documents.first).id
        #expect(try await names(.compare(key: "document_id", .eq, .string(id))).count == 1)
        #expect(try await names(.compare(key: "absent", .eq, .number(1))) == [])
        await base.close()
    }

    @Test func `asks for nothing, gets nothing; asks for much, gets the limit`() async throws {
        let base = try await bench.open { $0.topKMax = 3 }
        #expect(try await base.find("anything").isEmpty)
        for number in 0..<6 { try bench.write("\(number).txt", "A text on otters, part \(number).") }
        try await base.synced()
        #expect(try await base.retrieve(RetrievalQuery(texts: [], topK: 3)).isEmpty)
        #expect(try await base.find("otters", topK: 0).isEmpty)
        #expect(try await base.find("otters", topK: -4).isEmpty)
        #expect(try await base.find("otters", topK: .max).count == 3)
        await base.close()
    }

    @Test func `stored text is exact at every border and nil beyond`() async throws {
        let base = try await bench.open()
        let text = (0..<9_000).map { "é\($0)🙂" }.joined(separator: " ")
        try bench.write("a.txt", text)
        try await base.synced()
        let id = try #require(try await base.documents(limit: 1, after: nil).documents.first).id
        let scalars = Array(text.unicodeScalars)
        #expect(scalars.count > 5 * StoredText.segmentScalars)
        let edge = StoredText.segmentScalars
        for range in [0..<1, edge - 1..<edge, edge..<edge + 1, edge - 3..<3 * edge + 5, 7..<7, scalars.count - 4..<scalars.count]
        {
            let stored = try await base.storedText(documentID: id, range: range)
            #expect(stored == String(String.UnicodeScalarView(scalars[range])))
        }
        #expect(try await base.storedText(documentID: id, range: scalars.count - 1..<scalars.count + 1) == nil)
        #expect(try await base.storedText(documentID: id, range: -1..<3) == nil)
        #expect(try await base.storedText(documentID: "doc_unknown", range: 0..<1) == nil)
        await base.close()
    }

    @Test func `a file name and headings help to find`() async throws {
        let base = try await bench.open(nil)
        try bench.write("handbook-travel.md", "# Reimbursement\n\nKeep every receipt.")
        try bench.write("other.md", "# Something\n\nKeep every letter.")
        try await base.synced()
        #expect(try await base.names("travel").first == "handbook-travel.md")
        #expect(try await base.names("reimbursement").first == "handbook-travel.md")
        await base.close()
    }
}

@Suite struct FusionTests {
    private func fuse(_ phrasings: [Fusion.Phrasing]) -> [Int64] { Fusion.fuse(phrasings, textWeight: 0.3, vectorWeight: 0.7) }

    @Test func `sums weighted scores and breaks ties by id`() {
        // 2: 0.3 + 0.35; 1: 0.7 * 0.9; 3: 0.3 * 0.5; 5 and 4 the same.
        let phrasing = Fusion.Phrasing(weight: 1, text: [2: 1, 3: 0.5, 5: 0.1, 4: 0.1], cosine: [1: 0.9, 2: 0.5])
        #expect(fuse([phrasing]) == [2, 1, 3, 4, 5])
        #expect(fuse([]) == [])
    }

    @Test func `an id counts with its best phrasing, then with all of them`() {
        let vague = Fusion.Phrasing(weight: 0.3, text: [7: 1, 8: 0.9], cosine: [7: 1, 1: 0.5])
        let whole = Fusion.Phrasing(weight: 1, text: [1: 1, 2: 0.5], cosine: [1: 0.9, 2: 0.8, 7: 0.1])
        #expect(fuse([vague, whole]) == [1, 2, 7, 8])
        let same = Fusion.Phrasing(weight: 1, text: [5: 1, 1: 1], cosine: [:])
        let more = Fusion.Phrasing(weight: 1, text: [9: 1], cosine: [5: 0.1])
        #expect(fuse([same, more]) == [5, 1, 9])
    }

    @Test func `ranges of ids decide by binary search`() {
        let allowed = AllowedChunks(ranges: [10..<12, 1..<3, 5..<5, 20..<21])
        #expect((0..<25).filter { allowed.contains(Int64($0)) } == [1, 2, 10, 11, 20])
        #expect(!AllowedChunks(ranges: []).contains(1))
    }

    @Test(arguments: [
        ("What is the price?", ["price"], [String]()), ("to be or not to be", ["not"], []), ("the", ["the"], []),
        ("價格 is 3 日本", ["3"], ["價格", "日本"]), ("Straße e\u{301}", ["straße", "e\u{301}"], []), ("a1-b2", ["a1", "b2"], []),
    ]) func `splits a question into words and runs`(text: String, words: [String], runs: [String]) {
        let query = FTSQuery(text)
        #expect(query.words == words && query.runs == runs)
    }

    @Test func `base32 as in RFC 4648 section 10`() {
        #expect(Identifier.base32("foobar".utf8, characterCount: 26) == "mzxw6ytboi")
        #expect(Identifier.base32("fooba".utf8, characterCount: 26) == "mzxw6ytb")
        #expect(Identifier.base32("f".utf8, characterCount: 26) == "my")
        #expect(Identifier.base32(Array(repeating: 255, count: 32), characterCount: 26) == String(repeating: "7", count: 26))
        #expect(Identifier.job().count == 30 && Identifier.job() != Identifier.job())
    }
}
