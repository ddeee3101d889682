internal import HTTPTypes

// The life of a connection: heads and exchanges in turn, then an orderly end.
extension Connection {
    /// How to go on after an exchange.
    enum Ending: Hashable, Sendable {
        case keep
        /// Everything was sent. `lingers` where the client may still be sending.
        case close(lingers: Bool)
        /// The answer is incomplete. `reset` where a FIN could be taken for its end.
        case cut(reset: Bool)
    }

    func serve() async {
        var ids = RequestID()
        var ending = Ending.keep
        var isFirst = true
        // A cancelled task can serve nobody after whom it was cancelled for.
        while ending == .keep, !Task.isCancelled {
            switch await readHead(isFirst: isFirst) {
            case .head(let head, let byteCount):
                ending = await ServerExchange(self, id: ids.id(for: head.request.headerFields), head: head, headBytes: byteCount)
                    .run(head)
            case .refused(let error, let byteCount):
                ending = await ServerExchange(self, id: ids.make(), head: nil, headBytes: byteCount).refuse(error)
            case .ended:
                return close(reset: false)
            }
            isFirst = false
        }
        if ending == .close(lingers: true) { await linger() }
        close(reset: ending == .cut(reset: true))
    }

    /// RFC 9112 §9.6: closing while bytes of the client are unread resets the connection, and the reset destroys the answer on its way. So: FIN, then
    /// take and drop what still comes, within bounds.
    private func linger() async {
        socket.finishWriting()
        let deadline = core.clock.deadline(after: EngineLimits.lingerSeconds)
        var byteCount = 0
        while byteCount < EngineLimits.lingerBytesMax, core.clock.now < deadline {
            switch discardReceived() {
            case .moved(let count): byteCount += count
            case .wouldBlock:
                guard await wait(.read, until: deadline) == .ready else { return }
            case .ended, .failed: return
            }
        }
    }

    private func discardReceived() -> Socket.Outcome {
        withUnsafeTemporaryAllocation(byteCount: EngineLimits.pieceBytesMax, alignment: 1) { socket.receive(into: $0) }
    }
}
