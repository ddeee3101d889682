import Synchronization

/// The writer of one streamed response. Writes of several tasks go out one after the other, never mixed.
final class StreamWriter: ResponseWriter {
    private struct State {
        var encoder: ResponseBodyEncoder
        var failure: ServerError?
    }

    private let connection: Connection
    private let turn = Turn()
    private let state: Mutex<State>

    init(_ connection: Connection, head: [UInt8], framing: ResponseHeadEncoder.Framing) {
        self.connection = connection
        state = Mutex(State(encoder: ResponseBodyEncoder(head: head, framing: framing)))
    }

    var hasBegun: Bool { state.withLock { $0.encoder.hasBegun } }

    func write(_ bytes: [UInt8]) async throws {
        try await send { encoder throws(ServerError) in try encoder.encode(bytes) }
    }

    func writeLast(_ bytes: [UInt8]) async throws {
        try await send { encoder throws(ServerError) in try encoder.encode(bytes) + encoder.finish() }
    }

    /// Ends the body properly, unless a write has failed. Does nothing after `writeLast`.
    func finish() async throws {
        try await send { encoder throws(ServerError) in try encoder.finish() }
    }

    /// Ends it improperly; waits for a write that is under way.
    func cut() async {
        await turn.take()
        state.withLock { $0.encoder.cut() }
        turn.pass()
    }

    private func send(_ encode: (inout ResponseBodyEncoder) throws(ServerError) -> [UInt8]) async throws(ServerError) {
        await turn.take()
        defer { turn.pass() }
        do throws(ServerError) {
            let output = try next(encode)
            if !output.isEmpty { try await connection.send(output) }
        } catch {
            // A write after the end changes nothing about what was sent.
            if error.code != .misuse { state.withLock { $0.failure = $0.failure ?? error } }
            throw error
        }
    }

    private func next(_ encode: (inout ResponseBodyEncoder) throws(ServerError) -> [UInt8]) throws(ServerError) -> [UInt8] {
        let isPeerGone = connection.isPeerGone
        return try state.withLock { state throws(ServerError) in
            if let failure = state.failure { throw failure }
            // A response that was sent to its end is whole, though the client may have left since.
            if isPeerGone, !state.encoder.isEnded { throw ServerError(.peerGone, "the client has closed the connection") }
            return try encode(&state.encoder)
        }
    }
}

/// A lock for tasks: whoever comes later is resumed later. Every holder lets go, because every send has a deadline.
final class Turn: Sendable {
    private struct State {
        var isTaken = false
        var queue: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func take() async {
        if tryTake() { return }
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state in
                if !state.isTaken {
                    state.isTaken = true
                    return true
                }
                state.queue.append(continuation)
                return false
            }
            if isMine { continuation.resume() }
        }
    }

    func pass() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if !state.queue.isEmpty { return state.queue.removeFirst() }
            state.isTaken = false
            return nil
        }
        next?.resume()
    }

    private func tryTake() -> Bool {
        state.withLock { state in
            defer { state.isTaken = true }
            return !state.isTaken
        }
    }
}
