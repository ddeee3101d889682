import Synchronization

extension Connection {
    /// Returns when the kernel has taken all bytes. `more` says that further bytes follow at once.
    func send(_ bytes: [UInt8], more: Bool = false) async throws(ServerError) {
        var offset = 0
        while offset < bytes.count {
            guard !isBroken else { throw ServerError(.peerGone, "the client has closed the connection") }
            let outcome = bytes.withUnsafeBytes { socket.send(UnsafeRawBufferPointer(rebasing: $0[offset...]), more: more) }
            switch outcome {
            case .moved(let count):
                offset += count
                bytesOut.wrappingAdd(count, ordering: .relaxed)
            case .wouldBlock: try await waitForRoom()
            case .ended, .failed: throw ServerError(.peerGone, "the client has closed the connection")
            }
        }
    }

    private func waitForRoom() async throws(ServerError) {
        switch await wait(.write, until: core.clock.deadline(after: core.limits.writeSeconds)) {
        case .ready: return
        case .timedOut: throw ServerError(.writeTimedOut, "the client took no byte for \(core.limits.writeSeconds) s")
        case .broken, .drained, .occupied: throw ServerError(.peerGone, "the client has closed the connection")
        }
    }
}
