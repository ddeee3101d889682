internal import HTTP
internal import Logging
internal import OpenAIAPI
internal import RAG

/// What the groups of routes are built from.
struct Parts: Sendable {
    let settings: ServerSettings
    let knowledgeBase: any Knowledge
    let embedder: (any Embedder)?
    /// Starts an answer: `Assistant.answer`.
    let answer: @Sendable (AnswerRequest, any Generator) -> AsyncThrowingStream<AnswerEvent, any Error>
    /// Finds passages: the index, or the remote retriever that takes its place.
    let retrieve: @Sendable (RetrievalQuery) async throws -> [Passage]
    let models: ModelDirectory
    let notes: [String]
    let surroundings: Surroundings
    let logger: Logger
    let limiter: RateLimiter
    let errors: ErrorResponder
    let jsonBytes: ByteBudget
    /// Reads and writes files for uploads and downloads, beside the database's own queues.
    let files = WorkQueue(label: "outcrop.files", width: 4)
    /// Counts tokens and the like.
    let compute = WorkQueue(label: "outcrop.compute", width: 2)

    init(
        settings: ServerSettings, knowledgeBase: any Knowledge, embedder: (any Embedder)?, models: ModelDirectory,
        notes: [String],
        surroundings: Surroundings, logger: Logger,
        retrieve: (@Sendable (RetrievalQuery) async throws -> [Passage])? = nil,
        answer: @escaping @Sendable (AnswerRequest, any Generator) -> AsyncThrowingStream<AnswerEvent, any Error>
    ) {
        self.settings = settings
        self.knowledgeBase = knowledgeBase
        self.embedder = embedder
        self.answer = answer
        self.retrieve = retrieve ?? { try await knowledgeBase.retrieve($0) }
        self.models = models
        self.notes = notes
        self.surroundings = surroundings
        self.logger = logger
        limiter = RateLimiter(settings.rateLimit, uptimeSeconds: surroundings.uptimeSeconds)
        errors = ErrorResponder(logger: logger)
        jsonBytes = ByteBudget(bytesMax: settings.jsonBytesInFlightMax, what: "JSON bodies")
    }

    /// The body of a JSON route, checked, whatever its content type says: curl -d sends a form's.
    /// Throws `HTTPParseError` 413 past the limit, `OutcropFailure` 503 when all bodies together hold too much, and one naming the
    /// parameter at fault.
    func decode<Request: DecodableRequest>(_ type: Request.Type, from call: Call) async throws -> Request {
        let lease = jsonBytes.lease()
        let body = RequestBody(contentLength: call.request.body.contentLength) { [body = call.request.body] in
            var pieces = body.makeAsyncIterator()
            let piece = try await pieces.next()
            if let piece { try lease.take(piece.count) }
            return piece
        }
        let bytes = try await body.collect(bytesMax: settings.jsonBodyBytesMax)
        defer { lease.giveBack() }
        return try RequestDecoder.decode(type, from: bytes)
    }
}
