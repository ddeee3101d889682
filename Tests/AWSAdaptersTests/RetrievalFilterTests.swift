import AWS
import RAG
import Testing

@testable import AWSAdapters

struct RetrievalFilterTests {
    private static func document(_ name: String, _ key: String, _ value: JSONDocument) -> JSONDocument {
        .object([name: .object(["key": .string(key), "value": value])])
    }

    private static let a = MetadataFilter.compare(key: "a", .eq, .string("x"))
    private static let b = MetadataFilter.compare(key: "b", .gt, .number(1.5))
    private static let aDocument = document("equals", "a", .string("x"))
    private static let bDocument = document("greaterThan", "b", .number(1.5))
    private static let none = MetadataFilter.compare(key: "a", .in, .array([]))
    private static let all = MetadataFilter.compare(key: "a", .nin, .array([]))

    static let comparisons: [(MetadataFilter, RetrievalFilter)] = [
        (a, .filter(aDocument)), (b, .filter(bDocument)),
        (.compare(key: "k", .ne, .bool(true)), .filter(document("notEquals", "k", .bool(true)))),
        (.compare(key: "k", .eq, .number(2024)), .filter(document("equals", "k", .integer(2024)))),
        (.compare(key: "k", .gte, .number(-1)), .filter(document("greaterThanOrEquals", "k", .integer(-1)))),
        (.compare(key: "k", .lt, .number(1e300)), .filter(document("lessThan", "k", .number(1e300)))),
        (.compare(key: "k", .lte, .number(0)), .filter(document("lessThanOrEquals", "k", .integer(0)))),
        (
            .compare(key: "k", .in, .array([.string("x"), .number(1)])),
            .filter(document("in", "k", .array([.string("x"), .integer(1)])))
        ),
        (.compare(key: "k", .nin, .array([.bool(false)])), .filter(document("notIn", "k", .array([.bool(false)])))),
        (none, .nothing), (all, .everything),
    ]

    static let compounds: [(MetadataFilter, RetrievalFilter)] = [
        (.and([a, b]), .filter(.object(["andAll": .array([aDocument, bDocument])]))),
        (.or([a, b]), .filter(.object(["orAll": .array([aDocument, bDocument])]))),
        (.and([a]), .filter(aDocument)), (.or([a]), .filter(aDocument)), (.and([.or([.and([a])])]), .filter(aDocument)),
        (.and([]), .everything), (.or([]), .nothing),
        (.and([a, none]), .nothing), (.or([a, all]), .everything), (.and([a, all]), .filter(aDocument)),
        (.or([a, none]), .filter(aDocument)), (.and([a, .or([])]), .nothing), (.or([a, .and([])]), .everything),
        (.and([a, .and([b, a])]), .filter(.object(["andAll": .array([aDocument, bDocument, aDocument])]))),
        (.or([.or([a, b]), .or([a])]), .filter(.object(["orAll": .array([aDocument, bDocument, aDocument])]))),
        (
            .and([a, .or([a, b])]),
            .filter(.object(["andAll": .array([aDocument, .object(["orAll": .array([aDocument, bDocument])])])]))
        ),
    ]

    @Test(arguments: comparisons) func `translates each comparison`(_ row: (MetadataFilter, RetrievalFilter)) throws {
        #expect(try RetrievalFilter(row.0) == row.1)
    }

    @Test(arguments: compounds) func `translates compounds, none of less than two members`(
        _ row: (MetadataFilter, RetrievalFilter)
    ) throws {
        #expect(try RetrievalFilter(row.0) == row.1)
    }

    @Test(arguments: [
        MetadataFilter.compare(key: "", .eq, .string("x")), .compare(key: String(repeating: "k", count: 101), .eq, .string("x")),
        .compare(key: "k", .eq, .null), .compare(key: "k", .eq, .array([.string("x")])), .compare(key: "k", .ne, .object([:])),
        .compare(key: "k", .gt, .string("2024")), .compare(key: "k", .lt, .bool(true)), .compare(key: "k", .lte, .number(.nan)),
        .compare(key: "k", .gte, .number(.infinity)), .compare(key: "k", .eq, .number(.infinity)),
        .compare(key: "k", .in, .string("x")),
        .compare(key: "k", .nin, .array([.null])), .and([a, .or([b, .compare(key: "k", .eq, .null)])]),
    ])
    func `refuses what a Knowledge Base cannot compare`(_ filter: MetadataFilter) {
        #expect {
            try RetrievalFilter(filter)
        } throws: { error in
            (error as? OutcropFailure).map { $0.kind == .invalidRequest && $0.parameter == "filter" } == true
        }
    }
}
