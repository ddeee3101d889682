import AWS
import RAG
import Testing

@testable import AWSAdapters

struct KnowledgeBasePassageTests {
    static let pages: [(value: JSONDocument, page: Int?)] = [
        (.integer(0), 1), (.integer(2), 3), (.number(2.0), 3), (.string("4"), 5), (.string("4.0"), 5), (.integer(-1), nil),
        (.number(1.5), nil), (.number(.nan), nil), (.number(1e300), nil), (.string("iv"), nil), (.string(""), nil),
        (.bool(true), nil),
        (.null, nil), (.integer(.max), nil), (.integer(999_999), 1_000_000), (.integer(1_000_000), nil),
    ]

    @Test func `counts pages from one`() {
        for row in Self.pages {
            #expect(KnowledgeBasePassage.page(row.value) == row.page, "\(row.value)")
        }
    }

    static let filenames: [(String, String?)] = [
        ("s3://bucket/folder/Plan%202024.pdf", "Plan%202024.pdf"), ("s3://bucket/a b?c#d.pdf", "a b?c#d.pdf"),
        ("https://example.com/docs/Plan%202024.pdf?x=/y#/z", "Plan 2024.pdf"), ("https://example.com/", "example.com"),
        ("https://example.com", "example.com"), ("HTTP://example.com/%C3%A9", "é"), ("http://example.com/100%", "100%"),
        ("http://example.com/%zz%4", "%zz%4"), ("http://example.com/%2e%2e%2Fa", ".._a"), ("http://example.com/%FF", "\u{FFFD}"),
        ("s3://b/a\nb", "a b"), ("custom-id", "custom-id"), ("", nil), ("///", nil), ("s3://b/\u{202E}fdp.exe", " fdp.exe"),
    ]

    @Test(arguments: filenames)
    func `names the file by the URI's last part`(_ uri: String, _ filename: String?) {
        #expect(KnowledgeBasePassage.filename(uri) == filename)
    }

    @Test func `bounds the file name`() {
        let name = KnowledgeBasePassage.filename("s3://b/" + String(repeating: "e\u{301}", count: 10_000))
        #expect(name?.unicodeScalars.count == 255)
    }

    @Test(arguments: [
        ("s3://b/k", true), ("https://x/y", true), ("HTTP://x", true), ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("file:///etc/passwd", false), ("id-17", false), ("https", false), (":", false),
    ])
    func `links only to S3 and the web`(_ uri: String, _ isLink: Bool) throws {
        let result = KnowledgeBaseResult(text: "t", uri: uri, score: 1, metadata: [:])
        #expect(try #require(KnowledgeBasePassage.passage(result)).uri == (isLink ? uri : nil))
    }

    @Test func `takes the URI from the metadata where the location has none, and passes the metadata on`() throws {
        let metadata: [String: JSONDocument] = [
            "x-amz-bedrock-kb-source-uri": .string("s3://b/a.pdf"), "year": .integer(2024),
            "tags": .array([.string("x"), .null]),
            "x-amz-bedrock-kb-document-page-number": .number(0),
        ]
        let passage = try #require(
            KnowledgeBasePassage.passage(KnowledgeBaseResult(text: "é\u{301}", uri: nil, score: 7, metadata: metadata)))
        #expect(passage.uri == "s3://b/a.pdf")
        #expect(passage.filename == "a.pdf")
        #expect(passage.page == 1)
        #expect(passage.range == 0..<2)
        #expect(passage.score == 1)
        #expect(passage.metadata["year"] == .number(2024))
        #expect(passage.metadata["tags"] == .array([.string("x"), .null]))
    }

    static let scores: [(Double?, Double)] = [(nil, 0), (-0.5, 0), (.nan, 0), (.infinity, 1), (0.25, 0.25)]

    @Test(arguments: scores) func `keeps scores between 0 and 1`(
        _ score: Double?, _ expected: Double
    ) throws {
        let result = KnowledgeBaseResult(text: "t", uri: nil, score: score, metadata: [:])
        let passage = try #require(KnowledgeBasePassage.passage(result))
        #expect(passage.score == expected)
        #expect(passage.filename == "unnamed source")
    }

    @Test func `hashes as FNV-1a does`() {
        // The authors' own vectors for the empty string and "foobar"; a border byte stands behind each text.
        var hash = StableHash()
        #expect(hash.hexadecimal == "cbf29ce484222325")
        hash.combine("foobar")
        let foobar: UInt64 = 0x8594_4171_F739_67E8
        #expect(hash.value == (foobar ^ 0xFF) &* 0x0000_0100_0000_01B3)
    }
}
