internal import FoundationEssentials

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

    var isKnown: Bool {
        if case .unknown = self { false } else { true }
    }

    package init(from decoder: any Decoder) throws {
        let (union, name) = try decoder.unionMember()
        switch name.stringValue {
        case "text": self = .text(try union.decode(String.self, forKey: name))
        case "image": self = try union.decode(Wire.Media.self, forKey: name).image.map(ContentBlock.image) ?? .unknown("image")
        case "document": self = try union.decode(Wire.Media.self, forKey: name).document ?? .unknown("document")
        case "toolUse":
            let use = try union.decode(Wire.ToolUse.self, forKey: name)
            self = .toolUse(id: use.toolUseId, name: use.name, input: use.input)
        case "toolResult":
            let result = try union.decode(Wire.ToolResult.self, forKey: name)
            self = .toolResult(id: result.toolUseId, content: result.content, status: result.status)
        case "reasoningContent": self = try union.decode(Wire.Reasoning.self, forKey: name).block
        case "cachePoint": self = .cachePoint
        case let other: self = .unknown(other)
        }
    }

    /// The members' own forms.
    enum Wire {
        struct Media: Decodable {
            struct Source: Decodable {
                var bytes: Data?
            }
            var format: String?
            var name: String?
            var source: Source?

            /// nil when the bytes stand elsewhere (`s3Location`).
            var image: (format: String, bytes: [UInt8])? {
                guard let format, let bytes = source?.bytes else { return nil }
                return (format, [UInt8](bytes))
            }

            var document: ContentBlock? {
                guard let name, let image else { return nil }
                return .document(format: image.format, name: name, bytes: image.bytes)
            }
        }

        struct ToolUse: Decodable {
            var toolUseId: String
            var name: String
            var input: JSONDocument
        }

        struct ToolResult: Decodable {
            var toolUseId: String
            var content: [ToolResultContent]
            var status: ToolResultStatus?
        }

        struct Reasoning: Decodable {
            struct Text: Decodable {
                var text: String
                var signature: String?
            }
            var reasoningText: Text?
            var redactedContent: Data?

            var block: ContentBlock {
                if let text = reasoningText { return .reasoning(text: text.text, signature: text.signature) }
                return redactedContent.map { .redactedReasoning([UInt8]($0)) } ?? .unknown("reasoningContent")
            }
        }
    }
}

extension ContentBlock: JSONWritable {
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            switch self {
            case .text(let text): json.field("text", text)
            case .image(let format, let bytes): json.image(format: format, bytes: bytes)
            case .document(let format, let name, let bytes):
                json.object("document") { $0.media(format: format, name: name, bytes: bytes) }
            case .toolUse(let id, let name, let input):
                json.object("toolUse") { json in
                    json.field("input", input)
                    json.field("name", name)
                    json.field("toolUseId", id)
                }
            case .toolResult(let id, let content, let status):
                json.object("toolResult") { json in
                    json.field("content", content.filter(\.isKnown))
                    json.field("status", status?.rawValue)
                    json.field("toolUseId", id)
                }
            case .reasoning(let text, let signature): json.reasoning(text: text, signature: signature)
            case .redactedReasoning(let bytes):
                json.object("reasoningContent") { json in
                    json.key("redactedContent")
                    json.value(blob: bytes)
                }
            case .cachePoint: json.cachePoint()
            case .unknown: break
            }
        }
    }
}

extension JSONByteWriter {
    mutating func image(format: String, bytes: [UInt8]) {
        object("image") { $0.media(format: format, name: nil, bytes: bytes) }
    }

    fileprivate mutating func media(format: String, name: String?, bytes: [UInt8]) {
        field("format", format)
        field("name", name)
        object("source") { json in
            json.key("bytes")
            json.value(blob: bytes)
        }
    }

    fileprivate mutating func reasoning(text: String, signature: String?) {
        object("reasoningContent") { json in
            json.object("reasoningText") { json in
                json.field("signature", signature)
                json.field("text", text)
            }
        }
    }
}
