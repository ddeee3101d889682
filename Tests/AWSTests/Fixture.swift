import Foundation
import Testing

/// Files of the Fixtures folder; keys in snake_case there are camelCase here.
enum Fixture {
    static func decode<Value: Decodable>(_ type: Value.Type, from name: String) throws -> Value {
        let folder = try #require(Bundle.module.resourceURL)
        let data = try Data(contentsOf: folder.appendingPathComponent("Fixtures").appendingPathComponent(name))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: data)
    }
}
