internal import AWS
internal import HTTPClient
internal import RAG
internal import Synchronization

/// One answer of a Bedrock model on its way: moves when the consumer pulls.
///
/// `start → streaming → finishing → done`; while a step runs the phase is `done`, so an error, a second consumer, or letting go finds
/// the end. A lock and no actor: nothing is shared between pulls, and a pull per batch is what each token pays.
final class ConverseRun: Sendable {
    private enum Phase {
        case start
        case streaming(ConverseStream, AnswerReader)
        case finishing(FinishReason, Usage)
        case done
    }

    private let request: GenerationRequest
    private let traits: ModelTraits
    private let calls: ConverseCalls
    private let phase = Mutex(Phase.start)

    init(_ request: GenerationRequest, traits: ModelTraits, calls: ConverseCalls) {
        self.request = request
        self.traits = traits
        self.calls = calls
    }

    /// The next event; nil after `.finished`. Throws `OutcropFailure` or `CancellationError`, and gives nil from then on.
    func next() async throws -> GenerationEvent? {
        do {
            switch take() {
            case .start: return try await begin()
            case .streaming(let stream, let reader): return try await pull(stream, reader)
            case .finishing(let reason, let usage): return .finished(reason, usage)
            case .done: return nil
            }
        } catch let error as AWSError {
            throw OutcropFailure(error)
        } catch let error as HTTPClientError {
            throw OutcropFailure(AWSError(.transport, operation: "bedrock-runtime", message: error.message, transport: error))
        }
    }

    private func take() -> Phase {
        phase.withLock { phase in
            defer { phase = .done }
            return phase
        }
    }

    private func begin() async throws -> GenerationEvent? {
        try Task.checkCancellation()
        try request.options.checkStopSequences()
        let call = ConverseRequest(request, traits: traits)
        var reader = AnswerReader(request, traits: traits)
        if traits.streamsText { return try await pull(try await calls.stream(call), reader) }
        let pieces = reader.read(try await calls.whole(call))
        return try end(reader, pieces)
    }

    /// Asks upstream for batches until there is something to tell. It is read to its very end, beyond the usage: only a transfer read
    /// to its end gives its connection back, and only then is it certain that nothing was cut off.
    private func pull(_ stream: ConverseStream, _ before: AnswerReader) async throws -> GenerationEvent? {
        var reader = before
        var batches = stream.makeAsyncIterator()
        while let batch = try await batches.next() {
            let pieces = reader.read(batch)
            if reader.isCut { return try end(reader, pieces) }
            if pieces.isEmpty { continue }
            phase.withLock { $0 = .streaming(stream, reader) }
            return .text(TextPieces(pieces))
        }
        try Task.checkCancellation()
        return try end(reader, [])
    }

    /// The last text, if any, then the end of the answer.
    private func end(_ before: AnswerReader, _ pieces: [String]) throws -> GenerationEvent {
        var reader = before
        let last = pieces + reader.heldBack()
        let (reason, usage) = try reader.finish()
        if last.isEmpty { return .finished(reason, usage) }
        phase.withLock { $0 = .finishing(reason, usage) }
        return .text(TextPieces(last))
    }
}
