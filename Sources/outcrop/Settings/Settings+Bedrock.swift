extension Settings {
    static let extractiveModel = "outcrop-extractive"

    /// Where vectors come from.
    enum Embeddings: Hashable, Sendable, CustomStringConvertible {
        case local, none
        case bedrock(model: String)

        init(_ text: String) throws {
            switch text {
            case "local": self = .local
            case "none": self = .none
            default:
                guard let model = Settings.suffix(of: text, after: "bedrock:") else {
                    throw SettingsError.value("EMBEDDINGS", text, wants: "local, none or bedrock:<model>")
                }
                self = .bedrock(model: model)
            }
        }

        var description: String {
            switch self {
            case .local: "local"
            case .none: "none"
            case .bedrock(let model): "bedrock:\(model)"
            }
        }
    }

    /// Where passages come from.
    enum RetrieverChoice: Hashable, Sendable, CustomStringConvertible {
        case local
        case bedrockKnowledgeBase(id: String)

        init(_ text: String) throws {
            if text == "local" {
                self = .local
            } else if let id = Settings.suffix(of: text, after: "bedrock-kb:"), Self.isID(id) {
                self = .bedrockKnowledgeBase(id: id)
            } else {
                throw SettingsError.value(
                    "RETRIEVER", text, wants: "local or bedrock-kb:<id>, the id being ten letters and digits")
            }
        }

        /// The service model's pattern for knowledge base ids.
        private static func isID(_ id: String) -> Bool {
            id.utf8.count == 10
                && id.utf8.allSatisfy {
                    UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
                }
        }

        var description: String {
            switch self {
            case .local: "local"
            case .bedrockKnowledgeBase(let id): "bedrock-kb:\(id)"
            }
        }
    }

    /// Whether anything here needs Amazon Bedrock.
    var usesBedrock: Bool {
        if case .bedrock = embeddings { return true }
        return model != Self.extractiveModel || smallModel != nil || rerankModel != nil || retriever != .local
    }

    var bedrockBearerToken: String? { awsEnvironment["AWS_BEARER_TOKEN_BEDROCK"].flatMap { $0.isEmpty ? nil : $0 } }

    static func rerankModel(_ text: String) throws -> String? {
        if text == "none" { return nil }
        guard let model = suffix(of: text, after: "bedrock:") else {
            throw SettingsError.value("RERANKER", text, wants: "none or bedrock:<model>")
        }
        return model
    }

    private static func suffix(of text: String, after prefix: String) -> String? {
        guard text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count else { return nil }
        return String(text.dropFirst(prefix.count))
    }
}

extension RawSettings {
    /// Every id on Bedrock has a dot (`amazon.nova-lite-v1:0`) or is an ARN: other names are slips.
    func bedrockModel(_ name: String, besides local: String? = nil) throws -> String? {
        guard let text = self[name] else { return nil }
        if text == local { return text }
        guard text.utf8.contains(UInt8(ascii: ".")) || text.hasPrefix("arn:") else {
            let others = local.map { "\($0), or " } ?? ""
            throw SettingsError.value(
                name, text, wants: others + "a Bedrock model id such as amazon.nova-lite-v1:0, an inference profile or an ARN")
        }
        return text
    }
}
