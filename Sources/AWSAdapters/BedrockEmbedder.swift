package import AWS
internal import HTTPClient
package import RAG

/// Embeds with Titan Text v1 or v2, Cohere v3 or v4, or Nova on Amazon Bedrock.
///
/// Texts go out in batches of what the model takes at once, several calls at a time. Those of documents count as ingestion for
/// the retries, the others as interactive. A text longer than the model reads counts by its beginning: Cohere and Nova truncate
/// by themselves, and what even they refuse to take in is cut before (Cohere v3: 2,048 characters, Nova: 8,192); Titan has no
/// such option, so its texts are cut at 50,000 characters or at 8,192 estimated tokens. Vectors are brought to unit length here.
///
/// Nothing is kept: documents come through the knowledge base's SQLite cache, keyed by `id` and text hash, and questions through
/// `MemoizingEmbedder`.
package struct BedrockEmbedder: Embedder {
    typealias Invoke = @Sendable (_ body: [UInt8], _ modelID: String, _ urgency: ServiceCall.Urgency) async throws -> [UInt8]

    /// Of one attempt of a call; a full batch takes a second or two.
    static let deadlines = Deadlines(connect: .seconds(5), firstByte: .seconds(30), idle: .seconds(30), total: .seconds(60))

    /// Bytes of text in one call, well below InvokeModel's 25 MB; one text alone may be longer.
    static let batchBytesMax = 4 * 1_048_576

    /// The foundation model's name, whatever profile or ARN leads to it, and the dimensions unless they are the model's default:
    /// `amazon.titan-embed-text-v2:0@256`.
    package let id: String
    package let dimensions: Int

    private let family: EmbeddingFamily
    private let modelID: String
    private let parallelCallsMax: Int
    private let batchBytesMax: Int
    private let invoke: Invoke
    private let decoding: WorkQueue

    /// `parallelCallsMax` counts the calls of one `embed`. Throws `OutcropFailure` with the known families when the model is none
    /// of them (an application inference profile does not tell its model), or when `dimensions` is none it has.
    package init(modelID: String, dimensions: Int? = nil, runtime: BedrockRuntime, parallelCallsMax: Int = 8) throws {
        try self.init(modelID: modelID, dimensions: dimensions, parallelCallsMax: parallelCallsMax) {
            try await runtime.invokeModel($0, modelID: $1, deadlines: Self.deadlines, urgency: $2)
        }
    }

    init(
        modelID: String, dimensions: Int? = nil, parallelCallsMax: Int = 8, batchBytesMax: Int = Self.batchBytesMax,
        invoke: @escaping Invoke
    ) throws {
        precondition(parallelCallsMax > 0)
        let name = BedrockModelName(modelID)
        guard let family = EmbeddingFamily(name) else { throw Self.unknownModel(modelID) }
        let dimensions = dimensions ?? family.dimensions[0]
        guard family.dimensions.contains(dimensions) else { throw Self.wrongDimensions(dimensions, modelID, family) }
        self.family = family
        self.modelID = modelID
        self.dimensions = dimensions
        self.parallelCallsMax = parallelCallsMax
        self.batchBytesMax = batchBytesMax
        self.invoke = invoke
        id = dimensions == family.dimensions[0] ? name.text : "\(name.text)@\(dimensions)"
        decoding = WorkQueue(label: "outcrop.embeddings", width: 2)
    }

    /// An estimate (`TokenEstimate`): Bedrock has no tokenizer to ask.
    package func tokenCount(_ text: String) -> Int { TokenEstimate.count(text) }

    /// One unit vector a text. Throws `OutcropFailure`, before any call when a text is blank.
    package func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        if let blank = texts.firstIndex(where: \.isBlank) {
            throw OutcropFailure(
                .invalidRequest, "Text \(blank) is blank; \(id) embeds only text that can be seen.", parameter: "input")
        }
        guard !texts.isEmpty else { return [] }
        let vectors = try await mapInParallel(batches(texts), limit: parallelCallsMax) { batch in
            try await embedBatch(batch, purpose: purpose)
        }
        return vectors.flatMap(\.self)
    }

    private func batches(_ texts: [String]) -> [[String]] {
        var batches: [[String]] = []
        var byteCount = 0
        for text in texts.lazy.map(family.bounded) {
            byteCount += text.utf8.count
            if let count = batches.last?.count, count < family.textsMax, byteCount <= batchBytesMax {
                batches[batches.count - 1].append(text)
            } else {
                batches.append([text])
                byteCount = text.utf8.count
            }
        }
        return batches
    }

    private func embedBatch(_ batch: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        let body = try family.body(batch, purpose: purpose, dimensions: dimensions)
        let response = try await withOutcropFailures {
            try await invoke(body, modelID, purpose == .document ? .ingestion : .interactive)
        }
        // Some milliseconds for a full batch, too long for the cooperative pool; a single vector takes less than the hop.
        if batch.count == 1 { return try decoded(response, count: 1) }
        return try await decoding.run(purpose == .document ? .background : .interactive) {
            try decoded(response, count: batch.count)
        }
    }

    private func decoded(_ response: [UInt8], count: Int) throws -> [[Float]] {
        let vectors: [[Float]]
        do {
            vectors = try family.vectors(response)
        } catch {
            throw nonsense("an answer that is no embedding (\(error.reason) at byte \(error.position))")
        }
        guard vectors.count == count else { throw nonsense("\(vectors.count) vectors for \(count) texts") }
        return try vectors.map(unitVector)
    }

    private func unitVector(_ vector: [Float]) throws -> [Float] {
        guard vector.count == dimensions else {
            throw nonsense("a vector of \(vector.count) dimensions instead of \(dimensions)")
        }
        let squares = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
        guard squares.isFinite, squares > 0 else { throw nonsense("a vector without a direction (zero or not finite)") }
        let scale = 1 / squares.squareRoot()
        return vector.map { Float(Double($0) * scale) }
    }

    private func nonsense(_ what: String) -> OutcropFailure {
        OutcropFailure(.badGateway, "The embedding model \(id) returned \(what).")
    }

    private static func unknownModel(_ modelID: String) -> OutcropFailure {
        OutcropFailure(
            .invalidRequest, code: "unknown_embedding_model",
            """
            \(modelID) is no embedding model Outcrop knows. Name one of amazon.titan-embed-text-v2:0, amazon.titan-embed-text-v1, \
            cohere.embed-english-v3, cohere.embed-multilingual-v3, cohere.embed-v4:0 or amazon.nova-2-multimodal-embeddings-v1:0, \
            as it stands, as an inference profile such as us.cohere.embed-v4:0, or by the ARN of either.
            """)
    }

    private static func wrongDimensions(_ dimensions: Int, _ modelID: String, _ family: EmbeddingFamily) -> OutcropFailure {
        let known = family.dimensions.map(String.init).joined(separator: ", ")
        return OutcropFailure(
            .invalidRequest, "\(modelID) has no \(dimensions) dimensions, only \(known).", parameter: "dimensions")
    }
}
