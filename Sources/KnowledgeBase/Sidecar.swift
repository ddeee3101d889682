import FoundationEssentials
internal import RAG

/// `NAME.metadata.json` beside a file, in the form of Bedrock Knowledge Bases.
///
/// `{"metadataAttributes": {"team": "sales", "year": 2024, "tags": ["a"], "final": {"value": {"type": "BOOLEAN",
/// "booleanValue": true}, "includeForEmbedding": true}}}`. Source: Amazon Bedrock User Guide, "Include metadata in a data source".
enum Sidecar {
    struct Failure: Error, Hashable, Sendable {
        var message: String
    }

    private struct File: Decodable {
        var metadataAttributes: [String: JSONValue]
    }

    static func metadata(path: String, byteCountMax: Int) throws -> [String: JSONValue] {
        guard let bytes = try FileSystem.contents(path, byteCountMax: byteCountMax) else {
            throw Failure(message: "The metadata file is larger than \(byteCountMax) bytes.")
        }
        return try parse(bytes)
    }

    static func parse(_ bytes: [UInt8]) throws -> [String: JSONValue] {
        guard let file = try? JSONDecoder().decode(File.self, from: Data(bytes)) else {
            throw Failure(message: "The metadata file is not JSON of the form {\"metadataAttributes\": {…}}.")
        }
        return try Dictionary(uniqueKeysWithValues: file.metadataAttributes.map { ($0, try attribute($1, key: $0)) })
    }

    private static func attribute(_ value: JSONValue, key: String) throws -> JSONValue {
        switch value {
        case .string, .number, .bool: return value
        case .array(let elements) where elements.allSatisfy(isString): return value
        case .object(let wrapper): return try typed(wrapper["value"], key: key)
        case .null, .array: throw invalid(key)
        }
    }

    /// `{"type": "STRING", "stringValue": "x"}` and its siblings.
    private static func typed(_ value: JSONValue?, key: String) throws -> JSONValue {
        guard case .object(let object) = value, case .string(let type) = object["type"] else { throw invalid(key) }
        switch (type, object["stringValue"], object["numberValue"], object["booleanValue"], object["stringListValue"]) {
        case ("STRING", .string(let text), _, _, _): return .string(text)
        case ("NUMBER", _, .number(let number), _, _): return .number(number)
        case ("BOOLEAN", _, _, .bool(let flag), _): return .bool(flag)
        case ("STRING_LIST", _, _, _, .array(let elements)) where elements.allSatisfy(isString): return .array(elements)
        default: throw invalid(key)
        }
    }

    private static func isString(_ value: JSONValue) -> Bool {
        if case .string = value { true } else { false }
    }

    private static func invalid(_ key: String) -> Failure {
        Failure(message: "The metadata attribute \(key) must be a string, a number, a boolean or a list of strings.")
    }
}
