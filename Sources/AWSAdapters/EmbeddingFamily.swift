internal import FoundationEssentials
internal import RAG

/// What a family of embedding models takes and gives. Every limit is the service's own.
///
/// Sources: Amazon Bedrock User Guide, "Amazon Titan Embeddings G1 - Text", "Cohere Embed v3", "Cohere Embed v4"; Amazon Nova
/// User Guide, "Complete embeddings request and response schema".
enum EmbeddingFamily: String, Hashable, Sendable, CaseIterable {
    case titanV1, titanV2, cohereV3, cohereV4, nova

    init?(_ name: BedrockModelName) {
        if name.starts(with: "amazon.titan-embed-text-v2") {
            self = .titanV2
        } else if name.starts(with: "amazon.titan-embed-text-v1") || name.starts(with: "amazon.titan-embed-g1-text-02") {
            self = .titanV1
        } else if name.starts(with: "cohere.embed-english-v3") || name.starts(with: "cohere.embed-multilingual-v3") {
            self = .cohereV3
        } else if name.starts(with: "cohere.embed-v4") {
            self = .cohereV4
        } else if name.starts(with: "amazon.nova-2-multimodal-embeddings") {
            self = .nova
        } else {
            return nil
        }
    }

    /// What the model can give; the first one is its default.
    var dimensions: [Int] {
        switch self {
        case .titanV1: [1536]
        case .titanV2: [1024, 512, 256]
        case .cohereV3: [1024]
        case .cohereV4: [1536, 1024, 512, 256]
        case .nova: [3072, 1024, 384, 256]
        }
    }

    /// Texts of one call.
    var textsMax: Int {
        switch self {
        case .titanV1, .titanV2, .nova: 1
        case .cohereV3, .cohereV4: 96
        }
    }

    /// Longest text the service lets in, in Unicode scalars, which is what JSON Schema's maxLength counts.
    var scalarCountMax: Int {
        switch self {
        case .titanV1, .titanV2: 50_000
        // The schema refuses more ("expected maxLength: 2048") before `truncate` is looked at.
        case .cohereV3: 2_048
        case .cohereV4: 384_000
        case .nova: 8_192
        }
    }

    /// Longest text in UTF-8 bytes. Titan has no option to truncate and refuses more than 8,192 tokens, so that many estimated
    /// tokens go there; the others truncate by themselves.
    var byteCountMax: Int {
        switch self {
        case .titanV1, .titanV2: 8_192 * 3
        case .cohereV3, .cohereV4, .nova: scalarCountMax * 4
        }
    }

    /// What of `text` is sent: its beginning, when it is too long.
    func bounded(_ text: String) -> String {
        guard text.utf8.count > min(byteCountMax, scalarCountMax) else { return text }
        var byteCount = 0
        let kept = text.unicodeScalars.prefix(scalarCountMax).prefix { scalar in
            byteCount += UTF8.width(scalar)
            return byteCount <= byteCountMax
        }
        return String(kept)
    }

    /// The body of an InvokeModel call for texts already `bounded`, at most `textsMax` of them.
    func body(_ texts: [String], purpose: EmbeddingPurpose, dimensions: Int) throws -> [UInt8] {
        let isQuery = purpose == .query
        switch self {
        case .titanV1: return try encoded(TitanV1Body(inputText: texts[0]))
        case .titanV2: return try encoded(TitanV2Body(inputText: texts[0], dimensions: dimensions))
        case .cohereV3, .cohereV4: return try encoded(cohereBody(texts, isQuery: isQuery, dimensions: dimensions))
        case .nova: return try encoded(NovaBody(texts[0], isQuery: isQuery, dimensions: dimensions))
        }
    }

    /// The vectors of a response, in order, as the model made them.
    func vectors(_ response: [UInt8]) throws(JSONScanner.Failure) -> [[Float]] {
        var found: [[Float]]?
        var scanner = JSONScanner(response)
        try scanner.object { key, scanner throws(JSONScanner.Failure) in
            switch (self, key) {
            case (.titanV1, "embedding"), (.titanV2, "embedding"): found = [try scanner.floats()]
            case (.cohereV3, "embeddings"), (.cohereV4, "embeddings"): found = try scanner.cohereVectors()
            case (.nova, "embeddings"): found = try scanner.novaVectors()
            default: try scanner.skipValue()
            }
        }
        try scanner.end()
        return found ?? []
    }

    private func cohereBody(_ texts: [String], isQuery: Bool, dimensions: Int) -> CohereBody {
        let isV4 = self == .cohereV4
        // Bedrock's v4 names the sides otherwise than v3.
        return CohereBody(
            texts: texts, inputType: isQuery ? "search_query" : "search_document", truncate: isV4 ? "RIGHT" : "END",
            embeddingTypes: isV4 ? ["float"] : nil, outputDimension: isV4 ? dimensions : nil)
    }

    private func encoded(_ body: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(body))
    }
}

extension JSONScanner {
    /// `[[…]]`, or `{"float": [[…]]}` when embedding types were asked for.
    fileprivate mutating func cohereVectors() throws(Failure) -> [[Float]] {
        guard isAtObject else { return try vectors() }
        var found: [[Float]] = []
        try object { key, scanner throws(Failure) in
            if key == "float" { found = try scanner.vectors() } else { try scanner.skipValue() }
        }
        return found
    }

    /// `[{"embeddingType": "TEXT", "embedding": […]}]`.
    fileprivate mutating func novaVectors() throws(Failure) -> [[Float]] {
        var found: [[Float]] = []
        try array { scanner throws(Failure) in
            try scanner.object { key, scanner throws(Failure) in
                if key == "embedding" { found.append(try scanner.floats()) } else { try scanner.skipValue() }
            }
        }
        return found
    }

    private mutating func vectors() throws(Failure) -> [[Float]] {
        var found: [[Float]] = []
        try array { scanner throws(Failure) in found.append(try scanner.floats()) }
        return found
    }
}

private struct TitanV1Body: Encodable {
    var inputText: String
}

private struct TitanV2Body: Encodable {
    var inputText: String
    var dimensions: Int
    var normalize = true
}

private struct CohereBody: Encodable {
    var texts: [String]
    var inputType: String
    var truncate: String
    var embeddingTypes: [String]?
    var outputDimension: Int?

    enum CodingKeys: String, CodingKey {
        case texts, truncate
        case inputType = "input_type"
        case embeddingTypes = "embedding_types"
        case outputDimension = "output_dimension"
    }
}

private struct NovaBody: Encodable {
    struct Parameters: Encodable {
        var embeddingPurpose: String
        var embeddingDimension: Int
        var text: Text
    }

    struct Text: Encodable {
        var truncationMode = "END"
        var value: String
    }

    var schemaVersion = "nova-multimodal-embed-v1"
    var taskType = "SINGLE_EMBEDDING"
    var singleEmbeddingParams: Parameters

    /// An index is made with one purpose and searched with another (Amazon Nova User Guide, "Embedding purpose").
    init(_ text: String, isQuery: Bool, dimensions: Int) {
        singleEmbeddingParams = Parameters(
            embeddingPurpose: isQuery ? "TEXT_RETRIEVAL" : "GENERIC_INDEX", embeddingDimension: dimensions,
            text: Text(value: text))
    }
}
