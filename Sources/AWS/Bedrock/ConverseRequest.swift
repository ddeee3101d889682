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

/// A union: on the wire an object with exactly one of these names. An unknown member decodes as `.unknown` with its name.
package enum ContentBlock: Hashable, Sendable, Codable {
    case text(String)
    case image(format: String, bytes: [UInt8])
    case document(format: String, name: String, bytes: [UInt8])
    case toolUse(id: String, name: String, input: JSONDocument)
    case toolResult(id: String, content: [ToolResultContent], status: ToolResultStatus?)
    case reasoning(text: String, signature: String?)
    case redactedReasoning([UInt8])
    case cachePoint
    case unknown(String)

    package init(from decoder: any Decoder) throws { fatalError("contract") }
    package func encode(to encoder: any Encoder) throws { fatalError("contract") }
}

package enum ToolResultStatus: String, Hashable, Sendable, Codable {
    case success, error
}

package enum ToolResultContent: Hashable, Sendable, Codable {
    case text(String)
    case json(JSONDocument)
    case image(format: String, bytes: [UInt8])
    case unknown(String)

    package init(from decoder: any Decoder) throws { fatalError("contract") }
    package func encode(to encoder: any Encoder) throws { fatalError("contract") }
}

package enum SystemBlock: Hashable, Sendable, Codable {
    case text(String)
    case cachePoint

    package init(from decoder: any Decoder) throws { fatalError("contract") }
    package func encode(to encoder: any Encoder) throws { fatalError("contract") }
}

package struct InferenceConfiguration: Hashable, Sendable, Codable {
    package var maxTokens: Int?
    package var temperature: Double?
    package var topP: Double?
    package var stopSequences: [String]?

    package init(maxTokens: Int? = nil, temperature: Double? = nil, topP: Double? = nil, stopSequences: [String]? = nil) {
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.topP = topP
        self.stopSequences = stopSequences
    }
}

package struct ToolConfiguration: Hashable, Sendable, Codable {
    package struct Tool: Hashable, Sendable {
        package var name: String
        package var description: String?
        package var inputSchema: JSONDocument

        package init(name: String, description: String?, inputSchema: JSONDocument) {
            self.name = name
            self.description = description
            self.inputSchema = inputSchema
        }
    }

    package enum Choice: Hashable, Sendable {
        case auto, any
        case tool(String)
    }

    package var tools: [Tool]
    package var toolChoice: Choice?

    package init(tools: [Tool], toolChoice: Choice? = nil) {
        self.tools = tools
        self.toolChoice = toolChoice
    }

    package init(from decoder: any Decoder) throws { fatalError("contract") }
    package func encode(to encoder: any Encoder) throws { fatalError("contract") }
}

package struct GuardrailConfiguration: Hashable, Sendable, Codable {
    package var guardrailIdentifier: String
    package var guardrailVersion: String
    package var trace: String?
    package var streamProcessingMode: String?

    package init(guardrailIdentifier: String, guardrailVersion: String) {
        self.guardrailIdentifier = guardrailIdentifier
        self.guardrailVersion = guardrailVersion
    }
}

/// `outputConfig.textFormat`, type `json_schema`.
package struct OutputConfiguration: Hashable, Sendable, Codable {
    package var schemaName: String?
    package var schemaDescription: String?
    /// The JSON Schema as JSON text.
    package var schema: String

    package init(schema: String, name: String? = nil, description: String? = nil) {
        self.schema = schema
        schemaName = name
        schemaDescription = description
    }

    package init(from decoder: any Decoder) throws { fatalError("contract") }
    package func encode(to encoder: any Encoder) throws { fatalError("contract") }
}
