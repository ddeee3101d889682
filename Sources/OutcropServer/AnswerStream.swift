internal import HTTP
internal import HTTPTypes
internal import OpenAIAPI
internal import RAG

/// An answer sent as it is written: role, text…, citations, finish, usage if asked for, `[DONE]`.
///
/// The opening is awaited before the status line goes out, so that a failure there has its true status. A failure later goes out as an
/// error frame, after which the connection is cut without `[DONE]`. What is there together goes out in one write.
struct AnswerStream: Sendable {
    /// A buffer that has grown beyond this is let go after its write.
    static let keptBytesMax = 16_384

    let feed: AnswerFeed
    let encoder: ChatStreamEncoder
    let includesUsage: Bool
    let links: LinkSigner
    let record: AnswerRecord
    let errors: ErrorResponder
    let watch: SilenceWatch
    /// The place among the running answers. Given back before the last write, as who has read the end may ask again at once.
    let slot: Slot

    func response() async throws -> ServerResponse {
        let opening: AnswerEvent?
        do {
            opening = try await feed.opening()
        } catch {
            record.end(error)
            throw error
        }
        var fields: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache",
            // nginx and its like would collect the stream otherwise.
            .xAccelBuffering: "no",
        ]
        if case .started(let timings) = opening { fields[.serverTiming] = timings.serverTiming }
        let body = ResponseBody.stream(contentLength: nil) { writer in
            defer {
                feed.cancel()
                slot.giveBack()
            }
            do {
                try await write(opening, to: writer)
                record.end(nil)
            } catch {
                record.end(error)
                throw error
            }
        }
        return ServerResponse(status: .ok, headerFields: fields, body: body)
    }

    private func write(_ opening: AnswerEvent?, to writer: any ResponseWriter) async throws {
        var output: [UInt8] = []
        ServerSentEvents.append(encoder.roleChunk(), to: &output)
        var event = try await opened(opening, &output, writer)
        guard let events = feed.takeEvents() else { throw CancellationError() }
        var iterator = events.makeAsyncIterator()
        let keepAlive = KeepAlive(watch, writer)
        defer { keepAlive.end() }
        while !append(event, to: &output) {
            // All other events are followed by one at once.
            if case .text = event { try await flush(&output, to: writer) }
            do {
                keepAlive.begin()
                defer { keepAlive.pause() }
                event = try await next(&iterator)
            } catch {
                throw try await tell(error, after: output, to: writer)
            }
        }
        ServerSentEvents.append(ChatStreamEncoder.done, to: &output)
        keepAlive.end()
        slot.giveBack()
        try await writer.writeLast(output)
    }

    /// The opening, where need be after signs of life.
    private func opened(
        _ opening: AnswerEvent?, _ output: inout [UInt8], _ writer: any ResponseWriter
    ) async throws -> AnswerEvent {
        var opening = opening
        while true {
            if let opening { return opening }
            output += ServerSentEvents.keepAlive
            try await flush(&output, to: writer)
            do {
                opening = try await feed.opening()
            } catch {
                throw try await tell(error, after: output, to: writer)
            }
        }
    }

    private func next(_ iterator: inout AsyncThrowingStream<AnswerEvent, any Error>.Iterator) async throws -> AnswerEvent {
        guard let event = try await iterator.next() else {
            // A cancelled stream just ends.
            try Task.checkCancellation()
            throw OutcropFailure.answerCutShort
        }
        record.note(event)
        return event
    }

    /// Whether that was the answer's end.
    private func append(_ event: AnswerEvent, to output: inout [UInt8]) -> Bool {
        switch event {
        case .grounded, .started: break
        case .text(let text):
            for piece in text.pieces {
                ServerSentEvents.append(to: &output) { encoder.appendText(piece, to: &$0) }
            }
        case .citations(let citations):
            if !citations.isEmpty {
                ServerSentEvents.append(encoder.citations(citations, linkFor: links.link), to: &output)
            }
        case .finished(let reason, let usage, _):
            ServerSentEvents.append(encoder.finish(reason), to: &output)
            if includesUsage { ServerSentEvents.append(encoder.usage(usage), to: &output) }
            return true
        }
        return false
    }

    private func flush(_ output: inout [UInt8], to writer: any ResponseWriter) async throws {
        if output.isEmpty { return }
        try await writer.write(output)
        output.removeAll(keepingCapacity: output.capacity <= Self.keptBytesMax)
    }

    /// Tells the client of a failure of the answer; what is returned then cuts the connection. Cancellation has nobody to tell.
    private func tell(_ error: any Error, after output: [UInt8], to writer: any ResponseWriter) async throws -> any Error {
        if error is CancellationError { return error }
        record.end(error)
        slot.giveBack()
        // The envelope logs what is the server's fault.
        let envelope = errors.envelope(for: error, requestID: record.requestID)
        try await writer.write(output + ServerSentEvents.data(ChatStreamEncoder.error(envelope)))
        return ResponseCut()
    }
}
