/// The name of a foundation model, seen through ARN and inference-profile prefix: `amazon.titan-embed-text-v2:0` for
/// `arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0`, `cohere.embed-v4:0` for `us.cohere.embed-v4:0`.
///
/// Application inference profiles and provisioned throughput have opaque names: their `text` says nothing of the model.
struct BedrockModelName: Hashable, Sendable {
    let text: String

    /// What stands before the model's name in system-defined inference profiles: where a request may be sent.
    /// Source: Amazon Bedrock User Guide, "Supported Regions and models for inference profiles".
    static let profilePrefixes: Set<String> = [
        "us", "us-gov", "eu", "apac", "global", "jp", "au", "ca", "sa", "me", "af", "mx", "il", "in", "uk", "kr", "sg",
    ]

    init(_ id: String) {
        let last = id.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last.map { Substring($0) }
        let name = id.utf8.starts(with: "arn:".utf8) ? last ?? "" : Substring(id)
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        text = parts.count == 2 && Self.profilePrefixes.contains(String(parts[0])) ? String(parts[1]) : String(name)
    }

    func starts(with prefix: StaticString) -> Bool { text.utf8.starts(with: prefix.description.utf8) }

    /// Who made the model, such as `anthropic`; nil for an opaque name.
    var provider: String? {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let first = parts.first else { return nil }
        return String(first)
    }
}
