internal import AWS
internal import RAG

/// Names of tools as Bedrock takes them: at most 64 of letters, digits, `_` and `-`. One mapping for the offered tools and for the
/// history, so that both speak of the same tool.
struct ToolNames: Sendable {
    private var bedrock: [[UInt8]: String] = [:]
    private var client: [String: String] = [:]

    /// Of the offered tools. Names that Bedrock takes stay as they are, whatever the others are called.
    init(_ names: [String] = []) {
        var unique = UniqueNames(countMax: MessageRules.toolNameCountMax, separator: "_")
        let isFit = names.map { Self.sanitised($0).utf8.elementsEqual($0.utf8) }
        for (name, isFit) in zip(names, isFit) where isFit { add(name, &unique) }
        for (name, isFit) in zip(names, isFit) where !isFit { add(name, &unique) }
    }

    private mutating func add(_ name: String, _ unique: inout UniqueNames) {
        let key = Array(name.utf8)
        if bedrock[key] != nil { return }
        let safe = unique.claim(Self.sanitised(name))
        bedrock[key] = safe
        client[safe] = name
    }

    /// Bedrock's name of a tool, offered or not.
    func bedrockName(_ name: String) -> String { bedrock[Array(name.utf8)] ?? Self.sanitised(name) }

    /// The client's own name of a tool that the model calls.
    func clientName(_ name: String) -> String { client[name] ?? name }

    private static func sanitised(_ name: String) -> String {
        let safe = name.replacing(countMax: MessageRules.toolNameCountMax) { $0.isASCIIAlphanumeric || $0 == "_" || $0 == "-" }
        return safe.isEmpty ? "tool" : safe
    }
}

extension ToolConfiguration {
    /// As Converse takes it: names fit, no empty description, schemas that are objects, each tool once, a choice that exists. Nil
    /// when no tool is left: Converse refuses an empty list.
    func repaired(_ names: ToolNames) -> ToolConfiguration? {
        var seen: Set<String> = []
        let tools = tools.compactMap { tool -> Tool? in
            let name = names.bedrockName(tool.name)
            guard seen.insert(name).inserted else { return nil }
            return Tool(
                name: name, description: tool.description.flatMap { $0.isBlank ? nil : $0 },
                inputSchema: tool.inputSchema.asSchema)
        }
        if tools.isEmpty { return nil }
        var choice = toolChoice
        if case .tool(let name) = toolChoice {
            let wanted = names.bedrockName(name)
            choice = seen.contains(wanted) ? .tool(wanted) : .auto
        }
        return ToolConfiguration(tools: tools, toolChoice: choice)
    }
}

extension JSONDocument {
    /// A JSON Schema of an object; anything else becomes one without properties.
    fileprivate var asSchema: JSONDocument {
        guard case .object(var schema) = self else { return .object(["type": .string("object"), "properties": .object([:])]) }
        if schema["type"] == nil { schema["type"] = .string("object") }
        return .object(schema)
    }
}
