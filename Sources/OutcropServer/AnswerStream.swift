internal import HTTP
internal import HTTPTypes
internal import OpenAIAPI
internal import RAG

/// An answer sent as it is written: role, text…, citations, finish, usage if asked for, `[DONE]`.
///
/// The first event is awaited before the status line goes out, so that a failure there has its true status. A failure
/// later goes out as an error frame, after which the connection is cut without `[DONE]`.
struct AnswerStream: Sendable {
    let feed: AnswerFeed
    let encoder: ChatStreamEncoder
    let includesUsage: Bool
    let links: LinkSigner
    let meter: TokenMeter
    let errors: ErrorResponder
    let requestID: String

    /// Holds the place until the stream has ended.
    func response(holding slot: Slot) async throws -> ServerResponse {
        guard let first = try await feed.next() else { throw OutcropFailure.answerCutShort }
        let fields: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache",
            // nginx and its like would collect the stream otherwise.
            .xAccelBuffering: "no",
        ]
        let body = ResponseBody.stream(contentLength: nil) { writer in
            defer {
                feed.cancel()
                slot.giveBack()
            }
            try await write(from: first, to: writer)
        }
        return ServerResponse(status: .ok, headerFields: fields, body: body)
    }

    private func write(from first: AnswerFeed.Item, to writer: any ResponseWriter) async throws {
        try await send(encoder.roleChunk(), to: writer)
        var item = first
        while !(try await write(item, to: writer)) { item = try await next(writer) }
        try await send(ChatStreamEncoder.done, to: writer)
    }

    /// Whether that was the answer's end.
    private func write(_ item: AnswerFeed.Item, to writer: any ResponseWriter) async throws -> Bool {
        switch item {
        case .idle: try await writer.write(ServerSentEvents.keepAlive)
        case .event(.text(let text)):
            var frames: [UInt8] = []
            for piece in text.pieces {
                meter.count(piece)
                frames += ServerSentEvents.data(encoder.text(piece))
            }
            try await writer.write(frames)
        case .event(.citations(let citations)):
            if !citations.isEmpty { try await send(encoder.citations(citations, linkFor: links.link), to: writer) }
        case .event(.finished(let reason, let usage, _)):
            meter.finish(usage)
            try await send(encoder.finish(reason), to: writer)
            if includesUsage { try await send(encoder.usage(usage), to: writer) }
            return true
        }
        return false
    }

    /// Tells the client of a failure, then cuts the connection.
    private func next(_ writer: any ResponseWriter) async throws -> AnswerFeed.Item {
        do {
            guard let item = try await feed.next() else { throw OutcropFailure.answerCutShort }
            return item
        } catch let error as CancellationError {
            throw error
        } catch {
            // The envelope logs what is the server's fault.
            try await send(ChatStreamEncoder.error(errors.envelope(for: error, requestID: requestID)), to: writer)
            throw ResponseCut()
        }
    }

    private func send(_ payload: [UInt8], to writer: any ResponseWriter) async throws {
        try await writer.write(ServerSentEvents.data(payload))
    }
}
