extension BedrockModelName {
    /// Longest `modelId` of Converse.
    static let idBytesMax = 2_048

    /// Whether Bedrock might know a model by this id: an ARN of Bedrock's (or of a SageMaker endpoint, for marketplace models),
    /// or `provider.model`, perhaps behind a profile's prefix. `gpt-4.1` is none.
    static func isPlausible(_ id: String) -> Bool {
        guard (1...idBytesMax).contains(id.utf8.count), id.utf8.allSatisfy(isIDByte) else { return false }
        return isARN(id) ? true : isModelID(id)
    }

    /// Whether the lists of models and profiles would have it, if it existed. Provisioned throughput, imported and custom models
    /// and prompt routers have ARNs and lists of their own.
    static func isListed(_ id: String) -> Bool {
        guard id.utf8.starts(with: "arn:".utf8) else { return true }
        let resource = id.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).last ?? ""
        return ["foundation-model/", "inference-profile/", "application-inference-profile/"]
            .contains { resource.utf8.starts(with: $0.utf8) }
    }

    /// Whether the id hides its model and only GetInferenceProfile tells.
    static func isApplicationProfile(_ id: String) -> Bool {
        let parts = id.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && isARN(id) && parts[5].utf8.starts(with: "application-inference-profile/".utf8)
    }

    /// No proxy on the way may take a piece of the resource for a step in a path.
    private static func isARN(_ id: String) -> Bool {
        let parts = id.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard !id.utf8.split(separator: UInt8(ascii: "/")).contains(where: { $0.allSatisfy { $0 == UInt8(ascii: ".") } }) else {
            return false
        }
        return parts.count == 6 && parts[0] == "arn" && parts[1].utf8.starts(with: "aws".utf8)
            && ["bedrock", "sagemaker"].contains(parts[2]) && parts[5].utf8.contains(UInt8(ascii: "/"))
    }

    /// A provider has no hyphen, and a model's name begins with a letter.
    private static func isModelID(_ id: String) -> Bool {
        let parts = BedrockModelName(id).text.utf8.split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let first = parts[0].first, let second = parts[1].first else { return false }
        return isLetter(first) && isLetter(second) && parts[0].allSatisfy { isLetter($0) || isDigit($0) }
            && !parts[1].contains(UInt8(ascii: "/"))
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isIDByte(_ byte: UInt8) -> Bool {
        isLetter(byte | 0x20) || isDigit(byte) || "-._:/".utf8.contains(byte)
    }
}
