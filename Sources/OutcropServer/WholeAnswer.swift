internal import HTTP
internal import HTTPTypes
internal import OpenAIAPI
internal import RAG

/// An answer collected to its end.
struct WholeAnswer {
    private var text = ""
    private var citations: [Citation] = []
    private let finishReason: FinishReason
    private let usage: Usage
    private let timings: AnswerTimings

    /// Throws what the answer throws, and when it ends without saying that it has finished.
    init(_ events: AsyncThrowingStream<AnswerEvent, any Error>, record: AnswerRecord, bytesMax: Int) async throws {
        var end: (FinishReason, Usage, AnswerTimings)?
        for try await event in events {
            record.note(event)
            switch event {
            case .grounded, .started: break
            case .text(let new):
                for piece in new.pieces { text += piece }
                guard text.utf8.count <= bytesMax else {
                    throw OutcropFailure(.internal, "The model wrote more than \(bytesMax) bytes and was stopped.")
                }
            case .citations(let all): citations = all
            case .finished(let reason, let usage, let timings): end = (reason, usage, timings)
            }
        }
        // A cancelled stream just ends.
        try Task.checkCancellation()
        guard let end else { throw OutcropFailure.answerCutShort }
        (finishReason, usage, timings) = end
    }

    func response(id: String, created: Int, model: String, linkFor: (Citation) -> String) -> ServerResponse {
        var response = ServerResponse.json(
            ChatCompletion(
                id: id, created: created, model: model, text: text, citations: citations, linkFor: linkFor,
                finishReason: finishReason,
                usage: usage))
        response.headerFields[.serverTiming] = timings.serverTiming
        return response
    }
}

extension OutcropFailure {
    static let answerCutShort = OutcropFailure(
        .internal, code: "answer_cut_short", "The model stopped before its answer was finished.")
}
