package import RAG

/// The embedded default: answers with sentences quoted from the passages, each with its marker. Not a language model and says so.
///
/// Quotes are word for word; only runs of whitespace within a sentence become one space, and an invisible word joiner tells a
/// passage's own `[1]` from a marker. `maxTokens` and `stop` are honoured,
/// `temperature`, `topP` and `seed` mean nothing here: the same question gets the same answer.
package struct ExtractiveGenerator: Generator {
    private let embedder: (any Embedder)?
    private let queue = WorkQueue(label: "outcrop.quotes", width: 2)

    /// `embedder` ranks sentences by meaning; without one, words decide.
    package init(embedder: (any Embedder)?) { self.embedder = embedder }

    package var modelID: String { "outcrop-extractive" }

    package func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let run = ExtractiveRun(embedder: embedder, queue: queue, request: request)
        return AsyncThrowingStream { try await run.next() }
    }
}

/// One answer, composed at the first pull and handed out sentence by sentence.
private actor ExtractiveRun {
    private let embedder: (any Embedder)?
    private let queue: WorkQueue
    private let request: GenerationRequest
    private var events: [GenerationEvent]?
    private var position = 0

    init(embedder: (any Embedder)?, queue: WorkQueue, request: GenerationRequest) {
        self.embedder = embedder
        self.queue = queue
        self.request = request
    }

    func next() async throws -> GenerationEvent? {
        let events = try await composed()
        guard position < events.count else { return nil }
        defer { position += 1 }
        return events[position]
    }

    private func composed() async throws -> [GenerationEvent] {
        if let events { return events }
        let pieces = try await pieces()
        let composed = try await queue.run { [request, embedder] in
            let counter = TokenCounter(embedder: embedder)
            let limited = AnswerLimit(options: request.options, counter: counter).applied(to: pieces)
            let prompt = ([request.system] + request.messages.map(\.text)).reduce(0) { $0 + counter.count($1) }
            let usage = Usage(promptTokens: prompt, completionTokens: counter.count(limited.pieces.joined()))
            return limited.pieces.map { GenerationEvent.text(TextPieces($0)) } + [.finished(limited.reason, usage)]
        }
        events = composed
        return composed
    }

    private func pieces() async throws -> [String] {
        guard request.grounding == .grounded, !request.passages.isEmpty else { return [FixedReply.text(for: request)] }
        let question = RankingQuestion(request.messages).text
        let quotes = try await QuoteRanker(embedder: embedder, queue: queue).quotes(from: request.passages, for: question)
        return quotes.isEmpty ? [FixedReply.nothingFound] : QuoteComposer.pieces(quotes, passages: request.passages)
    }
}

/// WordPiece tokens of the embedder without its special tokens, or the estimate.
struct TokenCounter: Sendable {
    private let embedder: (any Embedder)?
    private let special: Int

    init(embedder: (any Embedder)?) {
        self.embedder = embedder
        special = embedder?.tokenCount("") ?? 0
    }

    func count(_ text: String) -> Int {
        guard let embedder else { return TokenEstimate.count(text) }
        return max(embedder.tokenCount(text) - special, 0)
    }
}
