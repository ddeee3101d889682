/// The tools that a model may use.
package struct ToolConfiguration: Hashable, Sendable, Codable {
    /// `inputSchema` is a JSON Schema of type object.
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

    /// Whether the model decides, must use some tool, or must use this one.
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

    /// The wire's nesting. Tools of other kinds (`systemTool`, `cachePoint`) are left out.
    private struct Wire: Decodable {
        struct Entry: Decodable {
            var toolSpec: Specification?
        }
        struct Specification: Decodable {
            var name: String
            var description: String?
            var inputSchema: Schema
        }
        struct Schema: Decodable {
            var json: JSONDocument
        }
        struct Choice: Decodable {
            struct Tool: Decodable {
                var name: String
            }
            var tool: Tool?
            var any: JSONDocument?
        }
        var tools: [Entry]
        var toolChoice: Choice?
    }

    package init(from decoder: any Decoder) throws {
        let wire = try Wire(from: decoder)
        tools = wire.tools.compactMap(\.toolSpec).map {
            Tool(name: $0.name, description: $0.description, inputSchema: $0.inputSchema.json)
        }
        toolChoice = wire.toolChoice.map { choice in
            choice.tool.map { .tool($0.name) } ?? (choice.any == nil ? .auto : .any)
        }
    }
}

extension ToolConfiguration: JSONWritable {
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            json.field("toolChoice", toolChoice)
            json.field("tools", tools)
        }
    }
}

extension ToolConfiguration.Tool: JSONWritable {
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            json.field(
                "toolSpec",
                object: { json in
                    json.field("description", description)
                    json.field("inputSchema", object: { $0.field("json", inputSchema) })
                    json.field("name", name)
                })
        }
    }
}

extension ToolConfiguration.Choice: JSONWritable {
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            switch self {
            case .auto: json.field("auto", object: { _ in })
            case .any: json.field("any", object: { _ in })
            case .tool(let name): json.field("tool", object: { $0.field("name", name) })
            }
        }
    }
}
