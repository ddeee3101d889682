import FoundationEssentials
import Testing

@testable import AWSAdapters

struct DecimalNumberTests {
    @Test(arguments: [
        "0", "-0", "1", "0.1", "-0.025390625", "1e5", "1E+5", "1e-5", "123456789012345678901234567890", "0.000000000000000000001",
        "9007199254740993", "1e23", "-3.4028235e38", "1e39", "1e-46", "1.17549435e-38", "0.30000000000000004",
        "1e99999999999999999999",
    ])
    func `reads a number as the standard library does`(_ text: String) throws {
        let expected = Float(try #require(Double(text)))
        #expect(DecimalNumber.float(Array(text.utf8)[...])?.bitPattern == expected.bitPattern)
    }

    @Test(arguments: [
        "", "-", "+1", ".5", "5.", "01", "-01", "1e", "1e+", "--1", "1.2.3", "0x10", "NaN", "Infinity", "nan", "inf", "true",
        "null",
        "1a", "1e5.5", "e5", "1_000",
    ])
    func `refuses what is no number of JSON`(_ text: String) {
        #expect(DecimalNumber.float(Array(text.utf8)[...]) == nil)
    }

    @Test func `agrees with JSONDecoder on random vectors`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let texts = (0..<20).map { _ in Self.number(&random) }
            let json = Array(
                "{\"other\":[{\"a\":\"]}\\\\\\\"\"}, 1 ],\"embedding\" : [ \(texts.joined(separator: " ,\n")) ]}".utf8)
            let decoded = try JSONDecoder().decode([String: Loose].self, from: Data(json))
            let expected = try #require(decoded["embedding"]?.numbers)
            let scanned = try EmbeddingFamily.titanV2.vectors(json)
            #expect(scanned.map { $0.map(\.bitPattern) } == [expected.map { Float($0).bitPattern }], "seed \(seed)")
        }
    }

    @Test func `every prefix of an answer is refused and none is read past its end`() throws {
        let json = Array(#"{"x":{"a":[1,"é\"",true,null]},"embeddings":{"float":[[1,-2.5e1],[3,4]]}}"#.utf8)
        for length in 0..<json.count {
            #expect(throws: JSONScanner.Failure.self) { try EmbeddingFamily.cohereV4.vectors(Array(json[..<length])) }
        }
        #expect(try EmbeddingFamily.cohereV4.vectors(json) == [[1, -25], [3, 4]])
    }

    /// Of any of the shapes that services write.
    private static func number(_ random: inout SplitMix64) -> String {
        let value = Double.random(in: -1...1, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return "\(Float(value))"
        case 1: return "\(value)"
        case 2: return "\(value * 1e-12)"
        default: return "\(Int(value * 1e6))e\(Int.random(in: -30...30, using: &random))"
        }
    }

    /// The numbers of an array of numbers, or nothing.
    private struct Loose: Decodable {
        var numbers: [Double]?
        init(from decoder: any Decoder) throws { numbers = try? decoder.singleValueContainer().decode([Double].self) }
    }
}
