internal import RAG
import Synchronization

/// The events of a running answer, pulled one by one, with a sign of life between events that take long.
///
/// The answer is pulled by a task of its own, because its first event is awaited before the status line goes out and
/// the rest while the body is written. At most `bufferedMax` events wait for the reader; then the answer waits.
/// When the last reference goes, or the reader's task is cancelled, the answer is cancelled with everything below it.
final class AnswerFeed: Sendable {
    enum Item: Sendable {
        case event(AnswerEvent)
        /// Nothing happened for the interval.
        case idle
    }

    static let bufferedMax = 64

    private let mailbox = Mailbox()
    private let tasks: [Task<Void, Never>]

    init(
        _ events: AsyncThrowingStream<AnswerEvent, any Error>, idleSeconds: Double,
        sleep: @escaping @Sendable (Double) async throws -> Void
    ) {
        // The tasks hold the mailbox, never the feed, so that the feed's end can cancel them.
        let mailbox = mailbox
        let pump = Task {
            do {
                for try await event in events { try await mailbox.deliver(event) }
                // A cancelled stream just ends: that must not look like the end of an answer.
                try Task.checkCancellation()
                mailbox.end(nil)
            } catch {
                mailbox.end(error)
            }
        }
        let ticker = Task {
            while (try? await sleep(idleSeconds)) != nil, !Task.isCancelled { mailbox.tick() }
        }
        tasks = [pump, ticker]
    }

    deinit { cancel() }

    /// The next event or sign of life; nil after the last event. Throws what the answer threw. One reader at a time.
    func next() async throws -> Item? {
        try await withTaskCancellationHandler {
            try await mailbox.take()
        } onCancel: {
            cancel()
            mailbox.end(CancellationError())
        }
    }

    /// Ends the answer early; does nothing after its end.
    func cancel() { for task in tasks { task.cancel() } }
}

/// A bounded queue between the task that answers and the one that writes.
private final class Mailbox: Sendable {
    private struct State {
        var events: [AnswerEvent] = []
        /// Set once; an error is thrown after the events before it.
        var end: Result<Void, any Error>?
        var reader: CheckedContinuation<AnswerFeed.Item?, any Error>?
        var writer: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Waits while the queue is full. Throws when nobody will read any more.
    func deliver(_ event: AnswerEvent) async throws {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (reader, isDone) = state.withLock { state in
                    if let reader = state.reader {
                        state.reader = nil
                        return (Optional(reader), true)
                    }
                    state.events.append(event)
                    // Cancelled before it came to wait: the handler below found nobody to wake.
                    guard state.events.count >= AnswerFeed.bufferedMax, state.end == nil, !Task.isCancelled else {
                        return (nil, true)
                    }
                    state.writer = continuation
                    return (nil, false)
                }
                reader?.resume(returning: .event(event))
                if isDone { continuation.resume() }
            }
        } onCancel: {
            wakeWriter()
        }
        try Task.checkCancellation()
    }

    func take() async throws -> AnswerFeed.Item? {
        defer { wakeWriter() }
        return try await withCheckedThrowingContinuation { continuation in
            let outcome: Result<AnswerFeed.Item?, any Error>? = state.withLock { state in
                if !state.events.isEmpty { return .success(.event(state.events.removeFirst())) }
                if let end = state.end { return end.map { nil } }
                precondition(state.reader == nil, "an answer has one reader")
                state.reader = continuation
                return nil
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    func tick() {
        takeReader()?.resume(returning: .idle)
    }

    /// The first end counts.
    func end(_ error: (any Error)?) {
        let reader = state.withLock { state in
            if state.end == nil { state.end = error.map { .failure($0) } ?? .success(()) }
            defer { state.reader = nil }
            return state.reader
        }
        if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
        wakeWriter()
    }

    private func takeReader() -> CheckedContinuation<AnswerFeed.Item?, any Error>? {
        state.withLock { state in
            defer { state.reader = nil }
            return state.reader
        }
    }

    private func wakeWriter() {
        let writer = state.withLock { state in
            defer { state.writer = nil }
            return state.writer
        }
        writer?.resume()
    }
}
