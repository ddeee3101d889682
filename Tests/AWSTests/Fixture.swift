import Foundation
import Testing

/// Files of the Fixtures folder, and the encodings they use.
enum Fixture {
    /// Keys in snake_case there are camelCase here.
    static func decode<Value: Decodable>(_ type: Value.Type, from name: String) throws -> Value {
        let folder = try #require(Bundle.module.resourceURL)
        let data = try Data(contentsOf: folder.appendingPathComponent("Fixtures").appendingPathComponent(name))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: data)
    }

    static func bytes(base64 text: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: text))) }

    static func bytes(hexadecimal text: String) throws -> [UInt8] {
        let digits = try text.utf8.map { try #require(UInt8(String(UnicodeScalar($0)), radix: 16)) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
