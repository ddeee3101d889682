import Foundation
import RAG
import Testing

@Suite struct MetadataFilterTests {
    static let attributes: [String: JSONValue] = [
        "year": .number(2024), "team": .string("sales"), "final": .bool(true), "tags": .array([.string("a"), .string("b")]),
    ]

    private func filter(_ json: String) throws -> MetadataFilter {
        try JSONDecoder().decode(MetadataFilter.self, from: Data(json.utf8))
    }

    @Test(arguments: [
        (#"{"type":"eq","key":"year","value":2024}"#, true),
        (#"{"type":"eq","key":"year","value":"2024"}"#, false),
        (#"{"type":"eq","key":"final","value":true}"#, true),
        (#"{"type":"eq","key":"final","value":1}"#, false),
        (#"{"type":"eq","key":"absent","value":"x"}"#, false),
        (#"{"type":"eq","key":"tags","value":"b"}"#, true),
        (#"{"type":"ne","key":"tags","value":"b"}"#, false),
        (#"{"type":"ne","key":"team","value":"sales"}"#, false),
        (#"{"type":"ne","key":"absent","value":"x"}"#, true),
        (#"{"type":"gt","key":"year","value":2023}"#, true),
        (#"{"type":"gt","key":"year","value":2024}"#, false),
        (#"{"type":"gte","key":"year","value":2024}"#, true),
        (#"{"type":"lt","key":"year","value":2024.5}"#, true),
        (#"{"type":"lte","key":"year","value":2023}"#, false),
        (#"{"type":"gt","key":"year","value":"1"}"#, false),
        (#"{"type":"gt","key":"team","value":"rent"}"#, true),
        (#"{"type":"lt","key":"absent","value":1}"#, false),
        (#"{"type":"in","key":"team","value":["hr","sales"]}"#, true),
        (#"{"type":"in","key":"team","value":[]}"#, false),
        (#"{"type":"in","key":"tags","value":["z","a"]}"#, true),
        (#"{"type":"nin","key":"team","value":["hr"]}"#, true),
        (#"{"type":"nin","key":"absent","value":["hr"]}"#, true),
        (#"{"type":"and","filters":[{"type":"eq","key":"team","value":"sales"},{"type":"gt","key":"year","value":2000}]}"#, true),
        (
            #"{"type":"and","filters":[{"type":"eq","key":"team","value":"sales"},{"type":"gt","key":"year","value":2030}]}"#,
            false
        ),
        (#"{"type":"or","filters":[{"type":"eq","key":"team","value":"hr"},{"type":"gt","key":"year","value":2000}]}"#, true),
    ]) func `decides as OpenAI's filter does`(json: String, expected: Bool) throws {
        let filter = try filter(json)
        #expect(filter.matches(Self.attributes) == expected)
        let again = try JSONDecoder().decode(MetadataFilter.self, from: JSONEncoder().encode(filter))
        #expect(again == filter)
    }

    /// Canonically equal, and yet other bytes.
    @Test func `compares text byte for byte`() {
        let (short, long) = ("caf\u{E9}", "cafe\u{301}")
        #expect(short == long)
        let attributes: [String: JSONValue] = [short: .string(short)]
        for (key, value, expected) in [(short, short, true), (short, long, false), (long, short, false)] {
            #expect(MetadataFilter.compare(key: key, .eq, .string(value)).matches(attributes) == expected)
            #expect(MetadataFilter.compare(key: key, .ne, .string(value)).matches(attributes) == !expected)
            #expect(MetadataFilter.compare(key: key, .in, .array([.string(value)])).matches(attributes) == expected)
        }
        let filters: Set<MetadataFilter> = [
            .compare(key: short, .eq, .string(short)), .compare(key: short, .eq, .string(long)),
            .compare(key: long, .eq, .string(short)), .and([.compare(key: short, .eq, .string(short))]),
            .or([.compare(key: short, .eq, .string(short))]), .compare(key: short, .ne, .string(short)),
        ]
        #expect(filters.count == 6, "a cache keeps them apart")
        #expect(filters.contains(.compare(key: short, .eq, .string(short))))
    }

    @Test(arguments: [
        (#"{"key":"k","value":1}"#, "type"),
        (#"{"type":7,"key":"k","value":1}"#, "type"),
        (#"{"type":"like","key":"k","value":1}"#, "type"),
        (#"{"type":"eq","value":1}"#, "key"),
        (#"{"type":"eq","key":3,"value":1}"#, "key"),
        (#"{"type":"eq","key":"k"}"#, "value"),
        (#"{"type":"eq","key":"k","value":{}}"#, "value"),
        (#"{"type":"eq","key":"k","value":null}"#, "value"),
        (#"{"type":"gt","key":"k","value":true}"#, "value"),
        (#"{"type":"in","key":"k","value":"x"}"#, "value"),
        (#"{"type":"in","key":"k","value":[[1]]}"#, "value"),
        (#"{"type":"and"}"#, "filters"),
        (#"{"type":"and","filters":[]}"#, "filters"),
        (#"{"type":"and","filters":{}}"#, "filters"),
        (#"{"type":"or","filters":[{"type":"eq","key":"k","value":1},{"type":"eq","key":4,"value":1}]}"#, "filters.1.key"),
        ("[]", ""), ("3", ""),
    ]) func `an error names the field at fault`(json: String, path: String) throws {
        let error = #expect(throws: DecodingError.self) { try filter(json) }
        #expect(error.map(Self.path) == path)
    }

    @Test func `depth and number of clauses are bounded`() throws {
        func nested(_ depth: Int) -> String {
            let leaf = #"{"type":"eq","key":"k","value":1}"#
            return (1..<depth).reduce(leaf) { inner, _ in #"{"type":"and","filters":[\#(inner)]}"# }
        }
        _ = try filter(nested(MetadataFilter.depthMax))
        #expect(throws: DecodingError.self) { try filter(nested(MetadataFilter.depthMax + 1)) }
        func wide(_ count: Int) -> String {
            let leaves = repeatElement(#"{"type":"eq","key":"k","value":1}"#, count: count).joined(separator: ",")
            return #"{"type":"or","filters":[\#(leaves)]}"#
        }
        _ = try filter(wide(MetadataFilter.clausesMax - 1))
        #expect(throws: DecodingError.self) { try filter(wide(MetadataFilter.clausesMax)) }
    }

    private static func path(of error: DecodingError) -> String {
        let (context, last): (DecodingError.Context, (any CodingKey)?) =
            switch error {
            case .keyNotFound(let key, let context): (context, key)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): (context, nil)
            @unknown default: fatalError("a new kind of decoding error")
            }
        return (context.codingPath + (last.map { [$0] } ?? [])).map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(
            separator: ".")
    }
}
