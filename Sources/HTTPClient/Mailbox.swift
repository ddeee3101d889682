/// What has come of one response and who waits for it. Pure: waiters are any types, and whoever calls resumes those that come back.
///
/// The owner thread delivers, one reader takes. The order a reader sees is always head, bytes, end.
struct Mailbox<HeadWaiter: Sendable, PieceWaiter: Sendable> {
    enum End: Sendable {
        case whole
        case failed(any Error)
    }

    /// Waiters to resume, with what.
    struct Wakeups: Sendable {
        var head: (waiter: HeadWaiter, result: Result<ResponseHead, any Error>)?
        var piece: (waiter: PieceWaiter, result: Result<[UInt8]?, any Error>)?
        /// The transfer was paused for want of room, and there is room again.
        var resumes = false
    }

    enum Room {
        case enough
        /// The transfer has to pause; the reader resumes it.
        case full
        /// Nobody wants the bytes.
        case unwanted
    }

    enum Taken: Sendable {
        /// `resumes`: the transfer was paused for want of room, and the owner has to let it go on.
        case piece([UInt8], resumes: Bool)
        case end
        case failed(any Error)
        /// Nothing is here yet; the waiter is kept.
        case mustWait
        /// Somebody else waits already.
        case occupied
    }

    private var headWaiter: HeadWaiter?
    private var pieceWaiter: PieceWaiter?
    private var bytes: [UInt8] = []
    private var isPaused = false
    private var end: End?

    var byteCount: Int { bytes.count }
    var hasEnded: Bool { end != nil }

    /// Registers who waits for the head; gives the error when the transfer has already ended.
    mutating func waitForHead(_ waiter: HeadWaiter) -> (any Error)? {
        if case .failed(let error) = end { return error }
        headWaiter = waiter
        return nil
    }

    /// From the owner: what is new. Empties `arrived`.
    mutating func deliver(head: ResponseHead?, arrived: inout [UInt8], end: End?) -> Wakeups {
        var wakeups = Wakeups()
        guard self.end == nil else {
            arrived = []
            return wakeups
        }
        self.end = end
        if let head, let waiter = headWaiter.take() { wakeups.head = (waiter, .success(head)) }
        if case .failed(let error) = end, let waiter = headWaiter.take() { wakeups.head = (waiter, .failure(error)) }
        store(&arrived)
        wakeups.piece = answerReader(&wakeups.resumes)
        return wakeups
    }

    private mutating func store(_ arrived: inout [UInt8]) {
        if bytes.isEmpty {
            swap(&bytes, &arrived)
        } else {
            bytes += arrived
            arrived = []
        }
    }

    private mutating func answerReader(_ resumes: inout Bool) -> (waiter: PieceWaiter, result: Result<[UInt8]?, any Error>)? {
        guard pieceWaiter != nil, !bytes.isEmpty || end != nil, let waiter = pieceWaiter.take() else { return nil }
        if !bytes.isEmpty { return (waiter, .success(takeBytes(&resumes))) }
        if case .failed(let error) = end { return (waiter, .failure(error)) }
        return (waiter, .success(nil))
    }

    /// From the owner, before it buffers `incoming` bytes beside the `undelivered` ones it holds. Never `.full` while there is nothing to be
    /// read, because reading is what lets the transfer go on.
    mutating func room(incoming: Int, undelivered: Int) -> Room {
        if end != nil { return .unwanted }
        let held = bytes.count + undelivered
        isPaused = held > 0 && held + incoming > ClientLimits.waitingBytesMax
        return isPaused ? .full : .enough
    }

    /// From the reader. `waiter` is kept when there is nothing yet; nil only looks.
    mutating func take(_ waiter: PieceWaiter?) -> Taken {
        if pieceWaiter != nil { return .occupied }
        if !bytes.isEmpty {
            var resumes = false
            let piece = takeBytes(&resumes)
            return .piece(piece, resumes: resumes)
        }
        switch end {
        case .whole: return .end
        case .failed(let error): return .failed(error)
        case nil:
            pieceWaiter = waiter
            return .mustWait
        }
    }

    private mutating func takeBytes(_ resumes: inout Bool) -> [UInt8] {
        resumes = isPaused && end == nil
        isPaused = false
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// From the reader's side: nobody wants the rest. `wasRunning` when the owner has to end the transfer.
    mutating func abandon(_ error: any Error) -> (Wakeups, wasRunning: Bool) {
        let wasRunning = end == nil
        var nothing: [UInt8] = []
        // A reader that was cancelled may look once more: what it has is not the whole.
        if case .whole = end, !bytes.isEmpty { end = .failed(error) }
        bytes = []
        let wakeups = wasRunning ? deliver(head: nil, arrived: &nothing, end: .failed(error)) : Wakeups()
        return (wakeups, wasRunning)
    }
}
