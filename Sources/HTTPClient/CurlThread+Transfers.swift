internal import CCurl

// Commands.
extension CurlThread {
    func execute(_ command: Command) {
        switch command {
        case .start(let transfer): start(transfer)
        case .resume(let id): if let transfer = transfers[id] { resume(transfer) }
        case .end(let id): if let transfer = transfers[id] { end(transfer, with: CancellationError()) }
        case .warmUp(let continuation): continuation.resume()
        }
    }

    static func refuse(_ command: Command, _ error: HTTPClientError, _ engine: Engine) {
        switch command {
        case .start(let transfer):
            engine.release()
            var error = error
            error.host = transfer.request.host
            transfer.finish(.failed(error))
        case .warmUp(let continuation): continuation.resume(throwing: error)
        case .resume, .end: return
        }
    }

    private func start(_ transfer: Transfer) {
        guard !transfer.hasEnded else { return engine.release() }
        guard let easy = idleHandles.popLast() ?? EasyHandle(engine: engine) else {
            return Self.refuse(.start(transfer), CurlLibrary.unavailable("curl_easy_init failed: memory is short"), engine)
        }
        let active = ActiveTransfer(transfer, easy: easy, thread: self, now: now)
        let isConfigured = easy.configure(
            transfer.request, configuration: engine.configuration, library: library,
            callbacks: CurlCallbacks(transfer: active))
        transfers[ObjectIdentifier(transfer)] = active
        limitConnections()
        guard isConfigured, ccurl_multi_add_handle(multi, easy.pointer) == CURLM_OK else {
            let error = error(for: active, .unavailable, "curl refuses an option that is needed")
            return end(active, .failed(error), keepsHandle: false)
        }
        reschedule(active)
    }

    private func resume(_ transfer: ActiveTransfer) {
        transfer.resumed(now: now)
        reschedule(transfer)
        // Calls the write callback at once with what curl kept; that may pause again.
        let result = ccurl_easy_resume(transfer.easy.pointer)
        if result != CURLE_OK { end(transfer, with: HTTPClientError(result, of: transfer)) }
    }
}

// What came of curl's work.
extension CurlThread {
    /// Ends the transfers that are through. At once, because each counts in `limitConnections`.
    func reap() {
        var left: Int32 = 0
        while let message = ccurl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let transfer = CurlCallbacks.transfer(of: message.pointee.easy_handle)
            else { continue }
            finish(transfer, message.pointee.data.result)
        }
    }

    /// Hands over what curl's callbacks have left.
    func deliver() {
        guard !dirty.isEmpty else { return }
        for transfer in dirty where transfer.isDirty { transfer.deliver() }
        dirty.removeAll(keepingCapacity: true)
    }

    private func finish(_ transfer: ActiveTransfer, _ result: CURLcode) {
        if restartsAfter(transfer, result) { return }
        if let failure = transfer.failure { return end(transfer, .failed(failure)) }
        guard result == CURLE_OK || (result == CURLE_GOT_NOTHING && transfer.hasResponse) else {
            return end(transfer, .failed(HTTPClientError(result, of: transfer)))
        }
        guard transfer.hasCompleteHead else {
            // curl calls that a success once a line of the head has come, and nothing when only an interim head has.
            return end(transfer, .failed(error(for: transfer, .truncated, "the connection was closed within the response head")))
        }
        end(transfer, .whole)
    }

    func end(_ transfer: ActiveTransfer, with error: any Error) { end(transfer, .failed(error)) }

    /// Takes the transfer out of curl; a connection that is not through with its response is closed.
    private func end(_ transfer: ActiveTransfer, _ end: Transfer.Box.End, keepsHandle: Bool = true) {
        ccurl_multi_remove_handle(multi, transfer.easy.pointer)
        deadlines.remove(transfer)
        transfers[ObjectIdentifier(transfer.transfer)] = nil
        engine.release()
        limitConnections()
        transfer.easy.reset()
        if keepsHandle && idleHandles.count < ClientLimits.idleHandlesMax { idleHandles.append(transfer.easy) }
        transfer.deliver(end: end)
    }

    /// curl's limit counts connections in use too.
    private func limitConnections() {
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, transfers.count + engine.configuration.idleConnectionsMax)
    }
}

// Trying again.
extension CurlThread {
    /// Starts the transfer anew when the failure is none of the server's: nothing of a response has come, and either the reused connection was
    /// dead (curl itself repeats only some of these cases), or curl's own clock ran out while ours, which leaves out frozen time, did not.
    private func restartsAfter(_ transfer: ActiveTransfer, _ result: CURLcode) -> Bool {
        guard transfer.restartCount < ClientLimits.restartsMax, transfer.failure == nil, !transfer.hasResponse else {
            return false
        }
        let isDeadConnection =
            [CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING].contains(result) && transfer.stage == .exchanging
            && transfer.easy.long(CURLINFO_NUM_CONNECTS) == 0
        let isEarlyTimeout =
            result == CURLE_OPERATION_TIMEDOUT && transfer.stage == .connecting && !missesDeadline(transfer)
        guard isDeadConnection || isEarlyTimeout else { return false }
        ccurl_multi_remove_handle(multi, transfer.easy.pointer)
        _ = ccurl_set_long(transfer.easy.pointer, CURLOPT_FRESH_CONNECT, 1)
        transfer.restarts(now: isEarlyTimeout ? transfer.connectingSince : now)
        reschedule(transfer)
        return ccurl_multi_add_handle(multi, transfer.easy.pointer) == CURLM_OK
    }

    /// Within curl's own precision.
    private func missesDeadline(_ transfer: ActiveTransfer) -> Bool {
        guard let (at, _) = transfer.nextDeadline else { return false }
        return at <= now + 10_000_000
    }
}

// Errors.
extension CurlThread {
    func error(
        for transfer: ActiveTransfer, _ code: HTTPClientError.Code, _ message: String
    ) -> HTTPClientError {
        HTTPClientError(code, phase: transfer.phase, host: transfer.transfer.request.host, message: message)
    }

    func error(for transfer: ActiveTransfer, missed code: HTTPClientError.Code) -> HTTPClientError {
        let deadlines = transfer.transfer.request.request.deadlines
        let (what, limit): (String, Duration?) =
            switch code {
            case .connectTimeout: ("no connection", deadlines.connect)
            case .firstByteTimeout: ("no response", deadlines.firstByte)
            case .idleTimeout: ("nothing more of the response", deadlines.idle)
            default: ("not the whole response", deadlines.total)
            }
        return error(for: transfer, code, "\(what) came within \(limit.map { "\($0)" } ?? "the time allowed")")
    }

    func error(for transfer: ActiveTransfer, _ problem: ResponseHeadParser.Problem) -> HTTPClientError {
        switch problem {
        case .tooLarge:
            error(for: transfer, .tooLarge, "the response's header fields are larger than \(ClientLimits.headBytesMax) bytes")
        case .malformed: error(for: transfer, .protocolViolation, "the response head holds a line that is no header field")
        }
    }
}
