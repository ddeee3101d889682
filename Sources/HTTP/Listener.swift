import CLinux
import Glibc

/// The listening socket.
struct Listener: Sendable {
    let socket: Socket
    let port: Int

    enum Outcome: Hashable, Sendable {
        case accepted(Socket, PeerAddress)
        case wouldBlock
        /// This one connection died in the queue (ECONNABORTED and the network errors of accept(2)); ask again.
        case lost
        /// No descriptor or memory is free (EMFILE, ENFILE, ENOBUFS, ENOMEM), or worse: ask again later.
        case exhausted(Int32)
    }

    /// Binds and listens; throws with the remedy.
    init(
        host: String, port: Int, backlog: Int, unacknowledgedSeconds: Double = EngineLimits.unacknowledgedSeconds
    ) throws(ServerError) {
        let address = try SocketAddress(host: host, port: port)
        let descriptor = Glibc.socket(
            address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("cannot create a socket", errno) }
        socket = Socket(descriptor: descriptor)
        socket.setOption(SOL_SOCKET, SO_REUSEADDR, Int32(1))
        // Accepted sockets inherit these (Linux copies the listener's).
        socket.keepAlive(unacknowledgedSeconds: unacknowledgedSeconds)
        if address.family == AF_INET6 { socket.setOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY, Int32(0)) }
        guard address.withSockaddr({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, Int32(backlog)) == 0 else {
            let code = errno
            socket.close()
            throw Self.failure("cannot listen on \(host) port \(port)", code)
        }
        self.port = Self.boundPort(descriptor) ?? port
    }

    func accept() -> Outcome {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let descriptor = Self.withSockaddr(&storage) { clinux_accept(socket.descriptor, $0, &length) }
        if descriptor >= 0 {
            let peer = SocketAddress(storage)?.peer ?? PeerAddress(host: "", port: 0, isLoopback: false)
            return .accepted(Socket(descriptor: descriptor), peer)
        }
        return Self.outcome(of: errno)
    }

    /// accept(2), section "Error handling": the errors already pending on the new socket are to be taken like EAGAIN.
    static func outcome(of code: Int32) -> Outcome {
        switch code {
        case EAGAIN: .wouldBlock
        case EINTR, ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH:
            .lost
        default: .exhausted(code)
        }
    }

    private static func boundPort(_ descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        guard withSockaddr(&storage, { getsockname(descriptor, $0, &length) }) == 0 else { return nil }
        return SocketAddress(storage)?.port
    }

    /// `sockaddr_storage` may be used wherever a `sockaddr` is written (POSIX sys/socket.h).
    private static func withSockaddr(
        _ storage: inout sockaddr_storage, _ body: (UnsafeMutablePointer<sockaddr>) -> Int32
    ) -> Int32 {
        withUnsafeMutablePointer(to: &storage) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }

    private static func failure(_ what: String, _ code: Int32) -> ServerError {
        let remedy =
            switch code {
            case EADDRINUSE: "another process listens there: stop it or choose another port"
            case EACCES: "ports below 1024 need privileges: choose a higher port"
            case EADDRNOTAVAIL: "this machine does not have that address: choose one of its own, 127.0.0.1 or 0.0.0.0"
            default: systemErrorText(code)
            }
        return ServerError(.cannotListen, "\(what): \(remedy)", systemError: code)
    }
}

/// The text of an `errno`.
func systemErrorText(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    guard strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
