internal import HTTP
internal import HTTPTypes
internal import OpenAIAPI
internal import RAG

/// `POST /v1/chat/completions`, streamed and whole.
struct ChatRoutes: RouteGroup {
    private let parts: Parts
    private let slots: SlotPool
    private let links: LinkSigner
    private let watch: SilenceWatch

    init(_ parts: Parts) {
        self.parts = parts
        slots = SlotPool(capacity: parts.settings.answersMax, what: "answers")
        links = LinkSigner(settings: parts.settings, unixSeconds: parts.surroundings.unixSeconds)
        watch = SilenceWatch(seconds: parts.settings.keepAliveCommentSeconds, surroundings: parts.surroundings)
    }

    var routes: [Route] { [Route(.post, "/v1/chat/completions", complete)] }

    private func complete(_ call: Call) async throws -> ServerResponse {
        let request = try await parts.decode(ChatCompletionRequest.self, from: call)
        let generator = try await parts.models.generator(for: request.model)
        // No generator is handed tools or formats yet; taking them in silence would give a wrong answer.
        try request.requirePlainText(of: request.model)
        let answerRequest = try request.answerRequest()
        let slot = try slots.take()
        let record = AnswerRecord(
            requestID: call.request.id, model: generator.modelID, isStreamed: request.isStreaming,
            meter: TokenMeter(limiter: parts.limiter, caller: call.caller, messages: request.messages),
            uptimeSeconds: parts.surroundings.uptimeSeconds, logger: parts.logger)
        let events = parts.answer(answerRequest, generator)
        if request.isStreaming { return try await stream(request, events, record, slot).response() }
        defer { slot.giveBack() }
        return try await whole(request, events, record)
    }

    private func stream(
        _ request: ChatCompletionRequest, _ events: AsyncThrowingStream<AnswerEvent, any Error>, _ record: AnswerRecord,
        _ slot: Slot
    ) -> AnswerStream {
        let encoder = ChatStreamEncoder(
            id: parts.surroundings.makeID("chatcmpl-"), created: parts.surroundings.unixSeconds(), model: request.model,
            includesUsage: request.includesUsage)
        return AnswerStream(
            feed: AnswerFeed(events, record: record, watch: watch), encoder: encoder, includesUsage: request.includesUsage,
            links: links, record: record, errors: parts.errors, watch: watch, slot: slot)
    }

    private func whole(
        _ request: ChatCompletionRequest, _ events: AsyncThrowingStream<AnswerEvent, any Error>, _ record: AnswerRecord
    ) async throws -> ServerResponse {
        do {
            let answer = try await WholeAnswer(events, record: record, bytesMax: parts.settings.answerBytesMax)
            record.end(nil)
            return answer.response(
                id: parts.surroundings.makeID("chatcmpl-"), created: parts.surroundings.unixSeconds(), model: request.model,
                linkFor: links.link)
        } catch {
            record.end(error)
            throw error
        }
    }
}
