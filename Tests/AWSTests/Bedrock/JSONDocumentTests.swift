import Foundation
import Testing

@testable import AWS

struct JSONDocumentTests {
    static let values: [(json: String, value: JSONDocument)] = [
        ("null", .null), ("true", true), ("0", 0), ("-5", -5), ("1.5", 1.5), ("9223372036854775807", .integer(.max)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1e-7", 1e-7), (#""1""#, "1"), (#""""#, ""), ("[]", []),
        ("{}", [:]),
        (#"{"a":{"b":[1,"x",null,false]}}"#, ["a": ["b": [1, "x", .null, false]]]),
    ]

    @Test(arguments: values)
    func `reads and writes every kind of value`(_ row: (json: String, value: JSONDocument)) throws {
        #expect(try JSONDecoder().decode(JSONDocument.self, from: Data(row.json.utf8)) == row.value)
        #expect(try JSONDecoder().decode(JSONDocument.self, from: Data(row.value.json)) == row.value)
        #expect(try JSONDecoder().decode(JSONDocument.self, from: JSONEncoder().encode(row.value)) == row.value)
    }

    @Test func `writes strings that any parser reads back`() throws {
        for scalar in (0...0x2FF).compactMap(Unicode.Scalar.init(_:)) {
            let text = "a\(Character(scalar))\"b\\\(Character(scalar))"
            let read = try JSONSerialization.jsonObject(with: Data(JSONDocument.string(text).json), options: .fragmentsAllowed)
            #expect(
                (read as? String)?.unicodeScalars.elementsEqual(text.unicodeScalars) == true,
                "U+\(String(scalar.value, radix: 16))")
        }
    }

    @Test func `numbers that are none are null`() {
        for number in [Double.nan, .infinity, -.infinity] { #expect(JSONDocument.number(number).json == Array("null".utf8)) }
    }

    @Test func `depth is bounded by the decoder`() async throws {
        func nested(_ depth: Int) -> Data {
            Data((String(repeating: #"{"a":["#, count: depth / 2) + String(repeating: "]}", count: depth / 2)).utf8)
        }
        // In a task, whose stack is smaller than the main thread's.
        let document = try await Task { try JSONDecoder().decode(JSONDocument.self, from: nested(500)) }.value
        #expect(document.json == Array(nested(500)))
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(JSONDocument.self, from: nested(600)) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(JSONDocument.self, from: nested(200_000)) }
    }
}
