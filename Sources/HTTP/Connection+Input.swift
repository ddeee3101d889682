import Synchronization

/// What has been received and how far it is understood.
struct ConnectionInput {
    var buffer = InputBuffer()
    var parser: RequestHeadParser
    var body: RequestBodyDecoder
    /// The exchange that may read the body; the handles of earlier ones are dead.
    var exchange: UInt64 = 0
    /// Whether the socket may hold more: not after a `recv` that gave less than asked, since the next byte brings an edge (epoll(7), Q9).
    var mayHoldMore = true
    /// The client waits for `100 Continue` (RFC 9110 §10.1.1).
    var awaitsContinue = false
    /// How long the handler has waited for the client while it read the body.
    var bodyWait: ActiveClock.Nanoseconds = 0

    init(limits: HTTPLimits) {
        parser = RequestHeadParser(limits: limits)
        body = RequestBodyDecoder(.none, limits: limits)
    }

    mutating func receive(from socket: Socket, byteCountMax: Int) -> Socket.Outcome {
        guard mayHoldMore else { return .wouldBlock }
        return withUnsafeTemporaryAllocation(byteCount: byteCountMax, alignment: 1) { scratch in
            let outcome = socket.receive(into: scratch)
            if case .moved(let count) = outcome { buffer.append(UnsafeRawBufferPointer(rebasing: scratch[..<count])) }
            mayHoldMore = outcome == .moved(byteCountMax)
            return outcome
        }
    }
}

// Heads.
extension Connection {
    enum HeadOutcome {
        case head(RequestHead, byteCount: Int)
        case refused(HTTPParseError, byteCount: Int)
        /// The connection ended between two requests.
        case ended
    }

    /// The next request head. Silent end for a client that sends nothing, 408 for one that stops in the middle.
    func readHead(isFirst: Bool) async -> HeadOutcome {
        let headSeconds = isRefusal ? min(core.limits.headSeconds, EngineLimits.refusalSeconds) : core.limits.headSeconds
        let idleDeadline = core.clock.deadline(after: isFirst ? headSeconds : core.limits.keepAliveSeconds)
        var headDeadline: ActiveClock.Nanoseconds?
        while true {
            if let outcome = parseHead() { return outcome }
            let unread = input.withLock { $0.buffer.count }
            if unread > 0, headDeadline == nil { headDeadline = isFirst ? idleDeadline : core.clock.deadline(after: headSeconds) }
            switch await receive(core.receiveBytesMax, until: headDeadline ?? idleDeadline, isIdle: unread == 0) {
            case .moved: continue
            case .ended where unread > 0: return .refused(.truncatedHead, byteCount: unread)
            case .timedOut where unread > 0: return .refused(.headTimedOut, byteCount: unread)
            case .ended, .timedOut, .broken: return .ended
            }
        }
    }

    private func parseHead() -> HeadOutcome? {
        input.withLock { input in
            if input.buffer.isEmpty { return nil }
            switch input.buffer.withUnread({ input.parser.parse($0) }) {
            case .needMore: return nil
            case .refused(let error): return .refused(error, byteCount: input.buffer.count)
            case .complete(let head, let consumed):
                input.buffer.consume(consumed)
                return .head(head, byteCount: consumed)
            }
        }
    }
}

// Receiving.
extension Connection {
    private enum Received { case moved, ended, timedOut, broken }

    /// Waits for bytes and takes them; for a body of `exchange` only while that one lasts, under one lock with the taking: the bytes after it, and those
    /// of whoever has this descriptor later, are not its.
    private func receive(
        _ byteCountMax: Int, of exchange: UInt64? = nil, until deadline: ActiveClock.Nanoseconds, isIdle: Bool = false
    ) async -> Received {
        while true {
            let outcome = input.withLock { input -> Socket.Outcome? in
                guard exchange == nil || exchange == input.exchange else { return nil }
                return input.receive(from: socket, byteCountMax: byteCountMax)
            }
            switch outcome {
            case nil: return .broken
            case .moved: return .moved
            case .ended: return .ended
            case .failed: return .broken
            case .wouldBlock:
                switch await wait(.read, until: deadline, isIdle: isIdle) {
                case .ready: input.withLock { $0.mayHoldMore = true }
                case .timedOut: return .timedOut
                // A reader of an earlier exchange that came too late to be sent away at its end.
                case .occupied where exchange == nil: evictReader()
                case .broken, .drained, .occupied: return .broken
                }
            }
        }
    }
}

// Bodies.
extension Connection {
    /// Makes the body of `head` readable and every earlier body dead.
    func beginBody(_ head: RequestHead) -> RequestBody {
        let exchange = input.withLock { input in
            input.exchange += 1
            input.body = RequestBodyDecoder(head.framing, limits: core.limits)
            input.bodyWait = 0
            input.awaitsContinue = head.expectsContinue && head.minorVersion >= 1
            return input.exchange
        }
        switch head.framing {
        case .none, .length(0): return .empty
        case .length(let count): return RequestBody(contentLength: count) { try await self.nextPiece(of: exchange) }
        case .chunked: return RequestBody(contentLength: nil) { try await self.nextPiece(of: exchange) }
        }
    }

    /// Takes the body away from the handler; what is left of it can be discarded.
    func endBody() {
        input.withLock { $0.exchange += 1 }
        evictReader()
    }

    private func nextPiece(of exchange: UInt64) async throws -> [UInt8]? {
        while true {
            let step = try input.withLock { input in
                guard input.exchange == exchange else {
                    throw ServerError(.misuse, "the request body was read after its exchange had ended")
                }
                return input.body.next(from: &input.buffer)
            }
            switch step {
            case .piece(let piece): return piece
            case .end: return nil
            case .refused(let error): throw error
            case .needMore:
                sendContinue()
                let start = core.clock.now
                defer { input.withLock { $0.bodyWait += core.clock.elapsed(since: start) } }
                try await receiveBody(of: exchange, until: bodyDeadline(from: start))
            }
        }
    }

    /// The end of the pause that is allowed now: `bodyIdleSeconds`, or less for a client that has kept us waiting longer than its bytes are worth.
    private func bodyDeadline(from start: ActiveClock.Nanoseconds) -> ActiveClock.Nanoseconds {
        let limits = core.limits
        let (byteCount, waited) = input.withLock { ($0.body.byteCount, $0.bodyWait) }
        let patience = ActiveClock.nanoseconds(
            limits.bodyIdleSeconds + Double(byteCount) / Double(max(1, limits.bodyBytesPerSecondMin)))
        return start + min(ActiveClock.nanoseconds(limits.bodyIdleSeconds), patience - min(waited, patience))
    }

    /// Receives at least one byte, or puts the reason why not into the decoder, which then refuses.
    private func receiveBody(
        of exchange: UInt64? = nil, until deadline: ActiveClock.Nanoseconds
    ) async throws(ServerError) {
        let wanted = input.withLock { $0.body.remaining } ?? EngineLimits.pieceBytesMax
        switch await receive(max(1, min(wanted, EngineLimits.pieceBytesMax)), of: exchange, until: deadline) {
        case .moved: return
        case .ended: input.withLock { $0.body.refuse(.truncatedBody) }
        case .timedOut: input.withLock { $0.body.refuse(.bodyTimedOut) }
        case .broken:
            throw ServerError(
                .peerGone, "the client has reset the connection, or the body was read by two tasks at once or too late")
        }
    }

    /// `100 Continue`, once, when the handler wants the body and it has not come by itself. Sent under the lock that `endContinue` takes, so that it can
    /// never come after the final head. A full send buffer skips it: the client must not wait for ever (RFC 9110 §10.1.1).
    private func sendContinue() {
        input.withLock { input in
            guard input.awaitsContinue else { return }
            input.awaitsContinue = false
            let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
            guard input.buffer.isEmpty, case .moved(let count) = interim.withUnsafeBytes({ socket.send($0) }) else { return }
            bytesOut.wrappingAdd(count, ordering: .relaxed)
            if count < interim.count { input.body.refuse(.truncatedBody) }
        }
    }

    /// The final head is about to go out: no interim one after it. True when another request can follow: the rest of the body is worth reading away, and
    /// the client does not hold it back waiting for a `100 Continue` that never came.
    func endContinue() -> Bool {
        input.withLock { input in
            defer { input.awaitsContinue = false }
            if input.body.isComplete { return true }
            return !input.awaitsContinue && !input.body.isRefused && (input.body.remaining ?? 0) <= EngineLimits.discardBytesMax
        }
    }

    /// Nothing of the client's is left unread as far as we know.
    var isInputEmpty: Bool { input.withLock { $0.body.isComplete && $0.buffer.isEmpty && !$0.mayHoldMore } }

    /// Reads the rest of the body away. False when it is too long, too slow or wrong.
    func discardBody() async -> Bool {
        let deadline = core.clock.deadline(after: EngineLimits.discardSeconds)
        var byteCount = 0
        while byteCount <= EngineLimits.discardBytesMax {
            switch input.withLock({ $0.body.next(from: &$0.buffer) }) {
            case .end: return true
            case .piece(let piece): byteCount += piece.count
            case .refused: return false
            case .needMore:
                guard (try? await receiveBody(until: deadline)) != nil else { return false }
            }
        }
        return false
    }
}

extension HTTPParseError {
    static let truncatedHead = HTTPParseError(status: 400, reason: "the connection was closed in the middle of the request head")
    static let truncatedBody = HTTPParseError(status: 400, reason: "the connection was closed in the middle of the request body")
    static let headTimedOut = HTTPParseError(status: 408, reason: "the request head did not arrive in time")
    static let bodyTimedOut = HTTPParseError(status: 408, reason: "the request body did not arrive in time")
}
