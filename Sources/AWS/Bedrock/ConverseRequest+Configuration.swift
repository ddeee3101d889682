/// How a model samples. What is nil is left to the model.
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

extension InferenceConfiguration: JSONWritable {
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            json.field("maxTokens", maxTokens)
            json.field("stopSequences", stopSequences)
            json.field("temperature", temperature)
            json.field("topP", topP)
        }
    }
}

/// The guardrail that watches over a call.
package struct GuardrailConfiguration: Hashable, Sendable, Codable {
    package var guardrailIdentifier: String
    package var guardrailVersion: String
    /// `enabled`, `disabled` or `enabled_full`.
    package var trace: String?
    /// `sync` or `async`; ConverseStream only.
    package var streamProcessingMode: String?

    package init(guardrailIdentifier: String, guardrailVersion: String) {
        self.guardrailIdentifier = guardrailIdentifier
        self.guardrailVersion = guardrailVersion
    }
}

extension GuardrailConfiguration: JSONWritable {
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            json.field("guardrailIdentifier", guardrailIdentifier)
            json.field("guardrailVersion", guardrailVersion)
            json.field("streamProcessingMode", streamProcessingMode)
            json.field("trace", trace)
        }
    }
}

/// Makes the model answer in JSON of a schema: `outputConfig.textFormat`, type `json_schema`.
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

    /// The wire's nesting: textFormat → structure → jsonSchema.
    private struct Wire: Decodable {
        struct TextFormat: Decodable {
            var structure: Structure
        }
        struct Structure: Decodable {
            var jsonSchema: Definition
        }
        struct Definition: Decodable {
            var schema: String
            var name: String?
            var description: String?
        }
        var textFormat: TextFormat
    }

    package init(from decoder: any Decoder) throws {
        let definition = try Wire(from: decoder).textFormat.structure.jsonSchema
        self.init(schema: definition.schema, name: definition.name, description: definition.description)
    }
}

extension OutputConfiguration: JSONWritable {
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            json.field("textFormat", object: writeTextFormat)
        }
    }

    private func writeTextFormat(_ json: inout JSONByteWriter) {
        json.field(
            "structure",
            object: { json in
                json.field(
                    "jsonSchema",
                    object: { json in
                        json.field("description", schemaDescription)
                        json.field("name", schemaName)
                        json.field("schema", schema)
                    })
            })
        json.field("type", "json_schema")
    }
}
