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
    init(_ events: AsyncThrowingStream<AnswerEvent, any Error>, meter: TokenMeter, bytesMax: Int) async throws {
        var end: (FinishReason, Usage, AnswerTimings)?
        for try await event in events {
            switch event {
            case .text(let new):
                for piece in new.pieces {
                    meter.count(piece)
                    text += piece
                }
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
        meter.finish(usage)
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

extension AnswerTimings {
    /// W3C Server Timing: durations in milliseconds.
    var serverTiming: String {
        let steps = [
            ("classify", classifyMilliseconds), ("retrieve", retrieveMilliseconds), ("first-token", firstTokenMilliseconds),
            ("total", totalMilliseconds),
        ]
        return steps.compactMap { name, milliseconds in
            milliseconds.map { "\(name);dur=\(($0 * 10).rounded() / 10)" }
        }.joined(separator: ", ")
    }
}
