/// The body of Converse and ConverseStream, without the model id, which goes in the path. Names are the service model's.
package struct ConverseRequest: Hashable, Sendable, Codable {
    package var messages: [ConverseMessage]
    package var system: [SystemBlock]?
    package var inferenceConfig: InferenceConfiguration?
    package var toolConfig: ToolConfiguration?
    package var guardrailConfig: GuardrailConfiguration?
    package var additionalModelRequestFields: JSONDocument?
    package var outputConfig: OutputConfiguration?
    package var requestMetadata: [String: String]?

    package init(messages: [ConverseMessage], system: [SystemBlock]? = nil, inferenceConfig: InferenceConfiguration? = nil) {
        self.messages = messages
        self.system = system
        self.inferenceConfig = inferenceConfig
    }
}

extension ConverseRequest: JSONWritable {
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            json.field("additionalModelRequestFields", additionalModelRequestFields)
            json.field("guardrailConfig", guardrailConfig)
            json.field("inferenceConfig", inferenceConfig)
            json.field("messages", messages)
            json.field("outputConfig", outputConfig)
            json.field("requestMetadata", requestMetadata.map { JSONDocument.object($0.mapValues(JSONDocument.string)) })
            json.field("system", system)
            json.field("toolConfig", toolConfig)
        }
    }

    /// The members that CountTokens takes (`ConverseTokensRequest` in the service model).
    func writeTokensRequest(to json: inout JSONByteWriter) {
        json.object { json in
            json.field("additionalModelRequestFields", additionalModelRequestFields)
            json.field("messages", messages)
            json.field("system", system)
            json.field("toolConfig", toolConfig)
        }
    }
}

/// A turn of the conversation.
package struct ConverseMessage: Hashable, Sendable, Codable {
    package enum Role: String, Sendable, Codable {
        case user, assistant
    }

    package var role: Role
    package var content: [ContentBlock]

    package init(role: Role, content: [ContentBlock]) {
        self.role = role
        self.content = content
    }
}

extension ConverseMessage: JSONWritable {
    /// Blocks that are `.unknown` were not understood and are not sent back.
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            json.field("content", content.filter(\.isKnown))
            json.field("role", role.rawValue)
        }
    }
}

/// A union: a part of the system prompt.
package enum SystemBlock: Hashable, Sendable, Codable {
    case text(String)
    case cachePoint

    private enum Key: String, CodingKey {
        case text, cachePoint
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        self = try members.decodeIfPresent(String.self, forKey: .text).map(SystemBlock.text) ?? .cachePoint
        if self == .cachePoint, !members.contains(.cachePoint) {
            throw DecodingError.keyNotFound(
                Key.text, .init(codingPath: decoder.codingPath, debugDescription: "neither text nor cachePoint"))
        }
    }
}

extension SystemBlock: JSONWritable {
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            switch self {
            case .text(let text): json.field("text", text)
            case .cachePoint: json.cachePoint()
            }
        }
    }
}

extension JSONByteWriter {
    mutating func cachePoint() {
        field("cachePoint", object: { $0.field("type", "default") })
    }
}
