import Glibc

/// A connected, non-blocking TCP socket. Only a number: whoever owns it closes it exactly once.
struct Socket: Hashable, Sendable {
    let descriptor: Int32

    enum Outcome: Hashable, Sendable {
        /// This many bytes went through, at least one.
        case moved(Int)
        /// Nothing now; epoll will tell.
        case wouldBlock
        /// The other end has sent its FIN and everything before it was read.
        case ended
        /// `errno` of a dead connection.
        case failed(Int32)
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        Self.outcome { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }

    /// `more` says that the rest follows at once, so that the kernel fills the packet.
    func send(_ buffer: UnsafeRawBufferPointer, more: Bool = false) -> Outcome {
        let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
        return Self.outcome { Glibc.send(descriptor, buffer.baseAddress, buffer.count, flags) }
    }

    private static func outcome(_ call: () -> Int) -> Outcome {
        while true {
            let count = call()
            if count > 0 { return .moved(count) }
            if count == 0 { return .ended }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed(errno)
            }
        }
    }

    /// Sends FIN; reading goes on.
    func finishWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Fails everything on this socket from now on, and sends FIN.
    func disconnect() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    func disableNagle() { setOption(Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1)) }

    /// Finds out about a peer that vanished without FIN or RST: by probes while nothing is on its way (tcp(7), TCP_KEEPIDLE), by the age of what it does
    /// not acknowledge otherwise (TCP_USER_TIMEOUT). Without them only a full send buffer would tell, while the handler computes for nobody.
    func keepAlive(unacknowledgedSeconds: Double) {
        let tcp = Int32(IPPROTO_TCP)
        setOption(SOL_SOCKET, SO_KEEPALIVE, Int32(1))
        setOption(tcp, TCP_KEEPIDLE, EngineLimits.probeIdleSeconds)
        setOption(tcp, TCP_KEEPINTVL, EngineLimits.probeIntervalSeconds)
        setOption(tcp, TCP_KEEPCNT, EngineLimits.probesMax)
        setOption(tcp, TCP_USER_TIMEOUT, Int32(clamping: ActiveClock.nanoseconds(unacknowledgedSeconds) / 1_000_000))
    }

    /// The coming `close` sends RST and frees the unsent bytes, so that a cut never looks like an end.
    func resetOnClose() { setOption(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0)) }

    func close() { _ = Glibc.close(descriptor) }

    /// Fails only on a dead connection, which the next call reports anyway.
    func setOption<Value>(_ level: Int32, _ name: Int32, _ value: Value) {
        _ = withUnsafePointer(to: value) {
            setsockopt(descriptor, level, name, $0, socklen_t(MemoryLayout<Value>.size))
        }
    }
}
