internal import HTTPTypes
internal import Logging

/// One request and its answer on a connection.
struct ServerExchange {
    /// What became of the answer.
    struct Outcome {
        /// nil when no answer was begun.
        var status: Int?
        var ending: Connection.Ending
    }

    private let connection: Connection
    private let id: String
    /// nil when the head was refused.
    private let head: RequestHead?
    private let headBytes: Int
    private let started: ActiveClock.Nanoseconds

    private var core: ServerCore { connection.core }

    init(_ connection: Connection, id: String, head: RequestHead?, headBytes: Int) {
        self.connection = connection
        self.id = id
        self.head = head
        self.headBytes = headBytes
        started = connection.core.clock.now
    }

    /// Calls the handler and sends what it gives, or the error answer.
    func run(_ head: RequestHead) async -> Connection.Ending {
        let body = connection.beginBody(head)
        connection.beginHandling()
        var outcome = await handle(head, body)
        connection.endHandling()
        connection.endBody()
        if outcome.ending == .keep, await !connection.discardBody() { outcome.ending = .close(lingers: true) }
        record(outcome)
        return outcome.ending
    }

    /// Answers a head that could not be understood. The connection ends: nobody knows where the next request would begin (RFC 9112 §2.2).
    func refuse(_ error: HTTPParseError) async -> Connection.Ending {
        var outcome = await transmit(errorAnswer(.init(code: error.status), error.reason))
        if case .close = outcome.ending { outcome.ending = .close(lingers: true) }
        record(outcome)
        return outcome.ending
    }

    private func handle(_ head: RequestHead, _ body: RequestBody) async -> Outcome {
        do {
            return await transmit(try await answer(head, body))
        } catch {
            return await transmit(error: error)
        }
    }

    private func answer(_ head: RequestHead, _ body: RequestBody) async throws -> ServerResponse {
        if connection.isRefusal {
            var response = errorAnswer(.serviceUnavailable, "the server has no room for another connection; try again")
            response.headerFields[.retryAfter] = "1"
            return response
        }
        if head.request.method == .options && head.request.path == "*" {
            return ServerResponse(status: .noContent, headerFields: [.allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"])
        }
        let target = try RequestTarget(head.request.path ?? "/")
        let request = ServerRequest(head: head.request, id: id, peer: connection.peer, target: target, body: body)
        return try await core.handler(request)
    }
}

// Errors.
extension ServerExchange {
    private func errorAnswer(_ status: HTTPResponse.Status, _ message: String) -> ServerResponse {
        let (contentType, body) = core.configuration.renderError(status, message)
        return ServerResponse(status: status, headerFields: [.contentType: contentType], body: .bytes(body))
    }

    /// The answer to what a handler threw: a refused request names its fault, everything else stays in the log. None to a client that has left.
    private func transmit(error: any Error, isFallback: Bool = false) async -> Outcome {
        if let refused = error as? HTTPParseError {
            return await transmit(errorAnswer(.init(code: refused.status), refused.reason), isFallback: isFallback)
        }
        guard !connection.isPeerGone else { return Outcome(ending: .cut(reset: false)) }
        log("a request failed", error)
        let message = "the server failed on this request; its log names the cause under request id \(id)"
        return await transmit(errorAnswer(.internalServerError, message), isFallback: isFallback)
    }

    private func log(_ message: Logger.Message, _ error: any Error, level: Logger.Level = .error) {
        core.logger.log(
            level: level, message, metadata: ["request-id": .string(id), "error": .string(String(describing: error))])
    }
}

// Answers.
extension ServerExchange {
    /// `isFallback`: this is the answer to a failure of an answer; when it fails as well, the connection is cut.
    private func transmit(_ response: ServerResponse, isFallback: Bool = false) async -> Outcome {
        let plan = plan(response)
        let headBytes: [UInt8]
        do {
            headBytes = try encodeHead(response, plan)
        } catch {
            return isFallback ? Outcome(ending: .cut(reset: false)) : await transmit(error: error, isFallback: true)
        }
        if !plan.sendsBody || response.body.hasKnownLength { connection.finishInAnyCase() }
        if plan.sendsBody, case .stream(_, let produce) = response.body {
            return await stream(response.status, plan, StreamWriter(connection, head: headBytes, framing: plan.framing), produce)
        }
        do {
            try await send(headBytes, plan.sendsBody ? response.body : .empty)
            return Outcome(status: response.status.code, ending: ending(plan))
        } catch {
            return Outcome(status: response.status.code, ending: .cut(reset: error.code == .writeTimedOut))
        }
    }

    private func plan(_ response: ServerResponse) -> ResponsePlan {
        let canFollow = connection.endContinue() && !connection.isDraining && !connection.isRefusal
        let request = ResponsePlan.Request(
            isHead: head?.request.method == .head, minorVersion: head?.minorVersion ?? 1,
            keepsAlive: canFollow && head?.keepsAlive == true)
        return ResponsePlan(request, status: response.status, body: response.body)
    }

    /// A client that asked for the end itself sends nothing more; any other may be in the middle of the next request.
    private func ending(_ plan: ResponsePlan) -> Connection.Ending {
        guard plan.closes else { return .keep }
        return .close(lingers: head?.keepsAlive == true || !connection.isInputEmpty)
    }

    private func encodeHead(_ response: ServerResponse, _ plan: ResponsePlan) throws -> [UInt8] {
        guard response.status.code >= 200 else { throw ResponseHeadError(field: "status") }
        var fields = response.headerFields
        fields[RequestID.fieldName] = id
        let encoder = ResponseHeadEncoder(
            status: response.status, headerFields: fields, framing: plan.framing, keepsAlive: !plan.closes,
            requestMinorVersion: head?.minorVersion ?? 1, date: core.dates.text)
        return try encoder.encode()
    }

    /// Head and body in one `send` unless the body is large.
    private func send(_ head: [UInt8], _ body: ResponseBody) async throws(ServerError) {
        guard case .bytes(let bytes) = body, !bytes.isEmpty else { return try await connection.send(head) }
        if bytes.count <= EngineLimits.joinedBodyBytesMax { return try await connection.send(head + bytes) }
        try await connection.send(head, more: true)
        try await connection.send(bytes)
    }

    private func stream(
        _ status: HTTPResponse.Status, _ plan: ResponsePlan, _ writer: StreamWriter,
        _ produce: @Sendable (any ResponseWriter) async throws -> Void
    ) async -> Outcome {
        do {
            try await produce(writer)
            try await writer.finish()
            return Outcome(status: status.code, ending: ending(plan))
        } catch {
            await writer.cut()
            if !writer.hasBegun { return await transmit(error: error, isFallback: true) }
            let isPeerGone = connection.isPeerGone || (error as? ServerError)?.code == .peerGone
            // A client that leaves in the middle is everyday business.
            // What cut the response on purpose has told why.
            if !(error is ResponseCut) { log("a response was cut", error, level: isPeerGone ? .debug : .error) }
            // A close-delimited body would look complete with a FIN.
            let timedOut = (error as? ServerError)?.code == .writeTimedOut
            return Outcome(status: status.code, ending: .cut(reset: plan.framing == .untilClose || timedOut))
        }
    }
}

// The access log.
extension ServerExchange {
    private func record(_ outcome: Outcome) {
        let bytesOut = connection.bytesOut.exchange(0, ordering: .relaxed)
        guard let report = core.configuration.onAccess else { return }
        var isCancelled = false
        if case .cut = outcome.ending { isCancelled = true }
        report(
            AccessRecord(
                method: head?.request.method.rawValue,
                path: head.map { AccessRecord.path(ofTarget: $0.request.path ?? "") }, status: outcome.status,
                bytesIn: headBytes + connection.input.withLock { $0.body.byteCount }, bytesOut: bytesOut,
                milliseconds: Double(core.clock.elapsed(since: started)) / 1e6, requestID: id, peer: connection.peer,
                isCancelled: isCancelled))
    }
}
