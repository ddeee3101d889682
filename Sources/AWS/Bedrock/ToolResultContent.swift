/// Whether the tool did its work.
package enum ToolResultStatus: String, Hashable, Sendable, Codable {
    case success, error
}

/// A union like `ContentBlock`: a part of what a tool answered.
package enum ToolResultContent: Hashable, Sendable, Codable {
    case text(String)
    case json(JSONDocument)
    case image(format: String, bytes: [UInt8])
    case unknown(String)

    var isKnown: Bool {
        if case .unknown = self { false } else { true }
    }

    package init(from decoder: any Decoder) throws {
        let (union, name) = try decoder.unionMember()
        switch name.stringValue {
        case "text": self = .text(try union.decode(String.self, forKey: name))
        case "json": self = .json(try union.decode(JSONDocument.self, forKey: name))
        case "image":
            let media = try union.decode(ContentBlock.Wire.Media.self, forKey: name)
            self = media.image.map(ToolResultContent.image) ?? .unknown("image")
        case let other: self = .unknown(other)
        }
    }
}

extension ToolResultContent: JSONWritable {
    package func write(to json: inout JSONByteWriter) {
        json.object { json in
            switch self {
            case .text(let text): json.field("text", text)
            case .json(let document): json.field("json", document)
            case .image(let format, let bytes): json.image(format: format, bytes: bytes)
            case .unknown: break
            }
        }
    }
}
