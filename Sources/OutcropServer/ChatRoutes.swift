internal import HTTP
internal import HTTPTypes
internal import OpenAIAPI
internal import RAG

/// `POST /v1/chat/completions`, streamed and whole.
struct ChatRoutes: RouteGroup {
    private let parts: Parts
    private let slots: SlotPool
    private let links: LinkSigner

    init(_ parts: Parts) {
        self.parts = parts
        slots = SlotPool(capacity: parts.settings.answersMax, what: "answers")
        links = LinkSigner(settings: parts.settings, unixSeconds: parts.surroundings.unixSeconds)
    }

    var routes: [Route] { [Route(.post, "/v1/chat/completions", complete)] }

    private func complete(_ call: Call) async throws -> ServerResponse {
        let request = try await parts.decode(ChatCompletionRequest.self, from: call)
        let generator = try parts.models.generator(for: request.model)
        // No generator is handed tools or formats yet; taking them in silence would give a wrong answer.
        try request.requirePlainText(of: request.model)
        let answerRequest = try request.answerRequest()
        let slot = try slots.take()
        let meter = TokenMeter(limiter: parts.limiter, caller: call.caller, messages: request.messages)
        let events = parts.answer(answerRequest, generator)
        let id = parts.surroundings.makeID("chatcmpl-")
        let created = parts.surroundings.unixSeconds()
        guard request.isStreaming else {
            defer { slot.giveBack() }
            let answer = try await WholeAnswer(events, meter: meter, bytesMax: parts.settings.answerBytesMax)
            return answer.response(id: id, created: created, model: request.model, linkFor: links.link)
        }
        let stream = AnswerStream(
            feed: AnswerFeed(events, idleSeconds: parts.settings.keepAliveCommentSeconds, sleep: parts.surroundings.sleep),
            encoder: ChatStreamEncoder(id: id, created: created, model: request.model, includesUsage: request.includesUsage),
            includesUsage: request.includesUsage, links: links, meter: meter, errors: parts.errors, requestID: call.request.id)
        return try await stream.response(holding: slot)
    }
}
