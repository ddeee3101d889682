internal import RAG
import Synchronization

/// A running answer, between the one who waits for its opening and the one who writes it out.
///
/// The opening is awaited before the status line goes out, but no longer than a stream may be silent: so it is pulled by a task of its
/// own. All later events are pulled by the writer itself, so nothing piles up and nothing is handed from task to task. When the last
/// reference goes, or the waiting task is cancelled, the answer is cancelled with everything below it.
final class AnswerFeed: Sendable {
    private let events: Mutex<AsyncThrowingStream<AnswerEvent, any Error>?>
    private let pulled: Opening
    private let task: Task<Void, Never>
    private let watch: SilenceWatch

    init(_ events: AsyncThrowingStream<AnswerEvent, any Error>, record: AnswerRecord, watch: SilenceWatch) {
        // The task holds the opening, never the feed, so that the feed's end can cancel it.
        let pulled = Opening()
        task = Task {
            do {
                pulled.set(.success(try await Self.opening(of: events, record)))
            } catch {
                pulled.set(.failure(error))
            }
        }
        self.pulled = pulled
        self.events = Mutex(events)
        self.watch = watch
    }

    deinit { cancel() }

    /// Ends the opening early; what comes after it belongs to whoever has taken it.
    func cancel() { task.cancel() }

    /// The first event that is not about grounding, or nil when there has been none for the watch's interval: ask again.
    /// Throws what the answer threw, and when it ends without any. One caller at a time.
    func opening() async throws -> AnswerEvent? {
        let wait = watch.wait { [pulled] in pulled.nudge() }
        defer { wait.end() }
        return try await withTaskCancellationHandler {
            try await pulled.value()?.get()
        } onCancel: {
            cancel()
            pulled.set(.failure(CancellationError()))
        }
    }

    /// The events after the opening, which are now the caller's alone; nil when they have been taken already.
    func takeEvents() -> AsyncThrowingStream<AnswerEvent, any Error>? {
        events.withLock { events in
            defer { events = nil }
            return events
        }
    }

    private static func opening(
        of events: AsyncThrowingStream<AnswerEvent, any Error>, _ record: AnswerRecord
    ) async throws -> AnswerEvent {
        for try await event in events {
            record.note(event)
            if case .grounded = event { continue }
            return event
        }
        // A cancelled stream just ends.
        try Task.checkCancellation()
        throw OutcropFailure.answerCutShort
    }
}

/// The opening once it is there.
private final class Opening: Sendable {
    typealias Value = Result<AnswerEvent, any Error>

    private struct State {
        var value: Value?
        var reader: CheckedContinuation<Value?, Never>?
    }

    private let state = Mutex(State())

    /// The first value counts.
    func set(_ value: Value) {
        let (reader, first) = state.withLock { state in
            let first = state.value ?? value
            state.value = first
            defer { state.reader = nil }
            return (state.reader, first)
        }
        reader?.resume(returning: first)
    }

    /// Lets the reader go without a value.
    func nudge() {
        let reader = state.withLock { state in
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    /// Nil after a nudge.
    func value() async -> Value? {
        await withCheckedContinuation { continuation in
            let value = state.withLock { state in
                precondition(state.reader == nil, "an answer has one reader")
                if state.value == nil { state.reader = continuation }
                return state.value
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}
