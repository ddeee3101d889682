import RAG
import Testing

@testable import KnowledgeBase

@Suite struct SidecarTests {
    @Test(
        arguments: [
            (#"{"metadataAttributes": {}}"#, [:]),
            (
                #"{"metadataAttributes": {"a": "x", "b": 1.5, "c": false, "d": ["p"]}}"#,
                ["a": .string("x"), "b": .number(1.5), "c": .bool(false), "d": .array([.string("p")])]
            ),
            (
                #"{"metadataAttributes": {"a": {"value": {"type": "STRING", "stringValue": "x"}, "includeForEmbedding": true}}}"#,
                ["a": .string("x")]
            ),
            (#"{"metadataAttributes": {"a": {"value": {"type": "NUMBER", "numberValue": 3}}}}"#, ["a": .number(3)]),
            (
                #"{"metadataAttributes": {"a": {"value": {"type": "STRING_LIST", "stringListValue": ["x", "y"]}}}}"#,
                ["a": .array([.string("x"), .string("y")])]
            ),
            (#"{"metadataAttributes": {"a": "x"}, "other": 1}"#, ["a": .string("x")]),
        ] as [(String, [String: JSONValue])]) func `reads Bedrock's form`(json: String, expected: [String: JSONValue]) throws
    {
        #expect(try Sidecar.parse(Array(json.utf8)) == expected)
    }

    @Test(arguments: [
        "", "{", "[]", "null", #"{"a": "x"}"#, #"{"metadataAttributes": []}"#, #"{"metadataAttributes": {"a": null}}"#,
        #"{"metadataAttributes": {"a": {"b": 1}}}"#, #"{"metadataAttributes": {"a": [1]}}"#,
        #"{"metadataAttributes": {"a": [["x"]]}}"#,
        #"{"metadataAttributes": {"a": {"value": {"type": "NUMBER", "stringValue": "3"}}}}"#,
        #"{"metadataAttributes": {"a": {"value": {"type": "DATE", "dateValue": "3"}}}}"#, "\u{FEFF}{}",
        "{\"metadataAttributes\": {\"a\": \"\u{1}\"}}",
    ]) func `refuses another form with a reason`(json: String) {
        let failure = #expect(throws: Sidecar.Failure.self) { try Sidecar.parse(Array(json.utf8)) }
        #expect(failure?.message.isEmpty == false)
    }

    @Test func `a metadata file larger than the limit fails its document`() async throws {
        let bench = try Bench()
        let base = try await bench.open { $0.metadataBytesMax = 64 }
        try bench.write("a.txt", "text")
        try bench.write("a.txt.metadata.json", #"{"metadataAttributes": {"a": "\#(String(repeating: "x", count: 64))"}}"#)
        #expect(try await base.synced().failures.first?.reason.contains("64 bytes") == true)
        await base.close()
    }
}
