internal import HTTP
internal import Logging
internal import RAG
import Synchronization

/// What became of one answer: charged to its caller, and told to the log in one line at its end, whichever way it ends.
final class AnswerRecord: Sendable {
    private struct State {
        var grounding: GroundingReport?
        var timings = AnswerTimings()
        var finish: (reason: FinishReason, usage: Usage)?
        var isOver = false
    }

    let requestID: String
    private let model: String
    private let isStreamed: Bool
    private let meter: TokenMeter
    private let uptimeSeconds: @Sendable () -> Double
    private let startSeconds: Double
    private let logger: Logger
    private let state = Mutex(State())

    /// `model` is the one that answers, whatever name the client gave it.
    init(
        requestID: String, model: String, isStreamed: Bool, meter: TokenMeter, uptimeSeconds: @escaping @Sendable () -> Double,
        logger: Logger
    ) {
        self.requestID = requestID
        self.model = model
        self.isStreamed = isStreamed
        self.meter = meter
        self.uptimeSeconds = uptimeSeconds
        startSeconds = uptimeSeconds()
        self.logger = logger
    }

    /// Let go of before its end, an answer was not wanted any more.
    deinit { end(CancellationError()) }

    /// Every event of the answer comes here, once.
    func note(_ event: AnswerEvent) {
        switch event {
        case .text(let text): for piece in text.pieces { meter.count(piece) }
        case .grounded(let report):
            state.withLock {
                $0.grounding = report
                $0.timings = report.timings
            }
        case .started(let timings): state.withLock { $0.timings = timings }
        case .citations: break
        case .finished(let reason, let usage, let timings):
            meter.finish(usage)
            state.withLock {
                $0.timings = timings
                $0.finish = (reason, usage)
            }
        }
    }

    /// The answer has ended, well without an error. The first end counts.
    func end(_ error: (any Error)?) {
        let last = state.withLock { state -> State? in
            guard !state.isOver else { return nil }
            state.isOver = true
            return state
        }
        guard let last else { return }
        meter.breakOff()
        logger.info("answer", metadata: metadata(last, error))
    }

    private func metadata(_ state: State, _ error: (any Error)?) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "request-id": "\(requestID)", "model": "\(model)", "streamed": "\(isStreamed)", "outcome": "\(Self.outcome(error))",
            "total-ms": "\(((uptimeSeconds() - startSeconds) * 1e4).rounded() / 10)",
        ]
        for (step, milliseconds) in state.timings.steps { metadata["\(step)-ms"] = "\(milliseconds)" }
        if let grounding = state.grounding {
            metadata["grounding"] = "\(grounding.state)"
            metadata["passages"] = "\(grounding.passageCount)"
            if !grounding.notes.isEmpty { metadata["notes"] = "\(grounding.notes.joined(separator: "; "))" }
        }
        if let finish = state.finish {
            metadata["finish-reason"] = "\(finish.reason.rawValue)"
            metadata["tokens-in"] = "\(finish.usage.promptTokens)"
            metadata["tokens-out"] = "\(finish.usage.completionTokens)"
        }
        if let failure = error as? OutcropFailure {
            metadata["error"] = "\(failure.code ?? "\(failure.kind)")"
            if failure.finding != nil { metadata["cause"] = "\(failure.logText)" }
        }
        return metadata
    }

    private static func outcome(_ error: (any Error)?) -> String {
        switch error {
        case nil: "finished"
        // The client has gone, or takes nothing any more.
        case is CancellationError, is ServerError: "cancelled"
        default: "failed"
        }
    }
}

extension AnswerTimings {
    /// The steps that have been measured, by the names of log and header, in milliseconds to a tenth. The total is for whoever ends it to say.
    var steps: [(name: String, milliseconds: Double)] {
        [
            ("classify", classifyMilliseconds), ("retrieve", retrieveMilliseconds), ("rerank", rerankMilliseconds),
            ("first-token", firstTokenMilliseconds),
        ].compactMap { name, milliseconds in milliseconds.map { (name, Self.rounded($0)) } }
    }

    /// W3C Server Timing: durations in milliseconds; nil when nothing has been measured.
    var serverTiming: String? {
        var steps = steps
        if let totalMilliseconds { steps.append(("total", Self.rounded(totalMilliseconds))) }
        return steps.isEmpty ? nil : steps.map { "\($0.name);dur=\($0.milliseconds)" }.joined(separator: ", ")
    }

    private static func rounded(_ milliseconds: Double) -> Double { (milliseconds * 10).rounded() / 10 }
}
