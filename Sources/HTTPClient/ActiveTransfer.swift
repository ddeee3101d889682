internal import CCurl

/// One transfer as the owner thread sees it; touched by that thread alone.
final class ActiveTransfer: Timed {
    enum Stage {
        /// Resolving, connecting, TLS, a proxy's CONNECT.
        case connecting
        /// The request goes out and its answer is awaited.
        case exchanging
        case body
    }

    enum Receipt { case taken, paused, refused }

    let transfer: Transfer
    let startedAt: ActiveClock.Nanoseconds
    var easy: EasyHandle
    var deadline: ActiveClock.Nanoseconds = 0
    var heapIndex = -1
    /// Of restarts, see `ClientLimits.restartsMax`.
    var restartCount = 0
    /// Found by a callback, which could only break off.
    private(set) var failure: HTTPClientError?
    private(set) var isPaused = false
    /// Something waits for `deliver`.
    private(set) var isDirty = false
    private(set) var stage = Stage.connecting
    /// Some of the request may have gone out, on this or an earlier connection.
    private(set) var hasSent = false
    private(set) var connectingSince: ActiveClock.Nanoseconds
    private unowned let thread: CurlThread
    private var parser = ResponseHeadParser()
    private var head: ResponseHead?
    private var lastReadAt: ActiveClock.Nanoseconds
    private var arrived: [UInt8] = []
    /// At most so many bytes wait in the mailbox; the reader may have taken them since.
    private var deliveredBytesMax = 0

    init(_ transfer: Transfer, easy: EasyHandle, thread: CurlThread, now: ActiveClock.Nanoseconds) {
        self.transfer = transfer
        self.easy = easy
        self.thread = thread
        startedAt = now
        connectingSince = now
        lastReadAt = now
    }

    /// Whether any byte of a response has come.
    var hasResponse: Bool { parser.byteCount > 0 }
    var hasCompleteHead: Bool { parser.isComplete }

    /// Before the handle goes into the multi handle once more.
    func restarts(now: ActiveClock.Nanoseconds) {
        restartCount += 1
        stage = .connecting
        connectingSince = now
    }

    func resumed(now: ActiveClock.Nanoseconds) {
        isPaused = false
        lastReadAt = now
    }
}

// From curl's callbacks.
extension ActiveTransfer {
    /// A new connection is opened; also when curl found that the one it reused was dead.
    func connects() {
        thread.engine.socketCount.add(1, ordering: .relaxed)
        guard stage == .exchanging else { return }
        stage = .connecting
        connectingSince = thread.now
        thread.reschedule(self)
    }

    func connected() {
        stage = .exchanging
        hasSent = true
    }

    /// False ends the transfer.
    func receiveHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        lastReadAt = thread.now
        do {
            guard let head = try parser.take(line) else { return true }
            self.head = head
            stage = .body
            markDirty()
            thread.reschedule(self)
            return true
        } catch {
            failure = thread.error(for: self, error)
            return false
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) -> Receipt {
        lastReadAt = thread.now
        // The lock is only taken when the bound says that it might be full.
        if deliveredBytesMax + arrived.count + bytes.count > ClientLimits.waitingBytesMax {
            switch transfer.room(incoming: bytes.count, undelivered: arrived.count) {
            case .enough: break
            case .full:
                isPaused = true
                return .paused
            case .unwanted: return .refused
            }
        }
        arrived.append(contentsOf: bytes)
        markDirty()
        return .taken
    }

    private func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        thread.dirty.append(self)
    }
}

// From the owner's loop.
extension ActiveTransfer {
    /// Hands over what curl's callbacks have left, and the end when there is one.
    func deliver(end: Transfer.Box.End? = nil) {
        isDirty = false
        deliveredBytesMax = transfer.deliver(head: head.take(), arrived: &arrived, end: end)
    }

    /// The earliest deadline that applies now, and what it means to miss it; nil when none does.
    var nextDeadline: (at: ActiveClock.Nanoseconds, code: HTTPClientError.Code)? {
        let deadlines = transfer.request.request.deadlines
        var earliest: (at: ActiveClock.Nanoseconds, code: HTTPClientError.Code)?
        func consider(_ duration: Duration?, since start: ActiveClock.Nanoseconds, _ code: HTTPClientError.Code) {
            guard let duration else { return }
            let at = ActiveClock.deadline(start, after: duration)
            if at < earliest?.at ?? .max { earliest = (at, code) }
        }
        consider(deadlines.total, since: startedAt, .totalTimeout)
        switch stage {
        case .connecting:
            consider(deadlines.connect, since: connectingSince, .connectTimeout)
            consider(deadlines.firstByte, since: startedAt, .firstByteTimeout)
        case .exchanging: consider(deadlines.firstByte, since: startedAt, .firstByteTimeout)
        case .body: if !isPaused { consider(deadlines.idle, since: lastReadAt, .idleTimeout) }
        }
        return earliest
    }

    var phase: HTTPClientError.Phase {
        switch stage {
        case .body: .body
        case .connecting: hasSent ? .send : .connect
        case .exchanging: easy.offset(CURLINFO_SIZE_UPLOAD_T) < transfer.request.request.body.count ? .send : .firstByte
        }
    }
}
