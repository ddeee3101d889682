import Synchronization

/// One request on its way, seen from the task that sent it. The owner thread's side is `ActiveTransfer`.
final class Transfer: Sendable {
    // Unchecked, as they are made for each piece: the mailbox gives each waiter back exactly once.
    typealias Box = Mailbox<UnsafeContinuation<ResponseHead, any Error>, UnsafeContinuation<[UInt8]?, any Error>>

    let request: PreparedRequest
    private let engine: Engine
    private let mailbox = Mutex(Box())

    init(_ request: PreparedRequest, engine: Engine) {
        self.request = request
        self.engine = engine
    }

    /// Starts the transfer; returns when the head has come.
    func head() async throws -> ResponseHead {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                if let error = mailbox.withLock({ $0.waitForHead(continuation) }) { return continuation.resume(throwing: error) }
                do throws(HTTPClientError) {
                    try engine.submit(.start(self))
                } catch {
                    var error = error
                    error.host = request.host
                    finish(.failed(error))
                }
            }
        } onCancel: {
            abandon()
        }
    }

    /// Everything that has come since the last call; nil after the end.
    func next() async throws -> [UInt8]? {
        if Task.isCancelled { abandon() }
        if let piece = try answer(mailbox.withLock { $0.take(nil) }) { return piece.bytes }
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let taken = mailbox.withLock { $0.take(continuation) }
                do {
                    if let piece = try answer(taken) { continuation.resume(returning: piece.bytes) }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            abandon()
        }
    }

    /// nil when there is nothing to return yet; a piece without bytes is the end.
    private func answer(_ taken: Box.Taken) throws -> (bytes: [UInt8]?, Void)? {
        switch taken {
        case .piece(let bytes, let resumes):
            if resumes { askToResume() }
            return (bytes, ())
        case .end: return (nil, ())
        case .failed(let error): throw error
        case .mustWait: return nil
        case .occupied:
            throw HTTPClientError(
                .invalidRequest, phase: .body, host: request.host,
                message: "a response body has one reader; another waits already")
        }
    }

    /// Nobody wants the rest: the reader was cancelled, or let go of the body.
    func abandon() {
        let (wakeups, wasRunning) = mailbox.withLock { $0.abandon(CancellationError()) }
        resume(wakeups)
        // Refused only after a shutdown, which ends the transfer too.
        if wasRunning { try? engine.submit(.end(ObjectIdentifier(self))) }
    }
}

// For the owner thread.
extension Transfer {
    var hasEnded: Bool { mailbox.withLock { $0.hasEnded } }

    /// Hands over what is new and wakes who waits for it. Returns how many bytes wait now.
    func deliver(head: ResponseHead?, arrived: inout [UInt8], end: Box.End?) -> Int {
        let (wakeups, waiting) = mailbox.withLock { mailbox in
            (mailbox.deliver(head: head, arrived: &arrived, end: end), mailbox.byteCount)
        }
        resume(wakeups)
        return waiting
    }

    func finish(_ end: Box.End) {
        var nothing: [UInt8] = []
        _ = deliver(head: nil, arrived: &nothing, end: end)
    }

    func room(incoming: Int, undelivered: Int) -> Box.Room {
        mailbox.withLock { $0.room(incoming: incoming, undelivered: undelivered) }
    }

    private func askToResume() {
        // After a shutdown there is nothing left to resume, and the end is already on its way here.
        try? engine.submit(.resume(ObjectIdentifier(self)))
    }

    private func resume(_ wakeups: Box.Wakeups) {
        if wakeups.resumes { askToResume() }
        if let (waiter, result) = wakeups.head { waiter.resume(with: result) }
        if let (waiter, result) = wakeups.piece { waiter.resume(with: result) }
    }
}

/// Ends the transfer when the last copy of its body goes. Keeps the client alive until then.
final class BodyReader: Sendable {
    private let transfer: Transfer
    private let client: CurlClient

    init(_ transfer: Transfer, client: CurlClient) {
        self.transfer = transfer
        self.client = client
    }

    deinit { transfer.abandon() }

    func next() async throws -> [UInt8]? { try await transfer.next() }
}
