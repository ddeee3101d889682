import Foundation
import Glibc
import Synchronization

/// A server of plain sockets that does to each connection what a test's script says, bytes as they are. Each connection has a thread.
final class ScriptedServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let connections = Mutex<[Int32]>([])
    /// Connections accepted so far.
    var connectionCount: Int { connections.withLock { $0.count } }

    /// The script gets each connection with its number, from 0; the connection is closed when it returns.
    init(backlog: Int32 = 1_024, _ script: @escaping @Sendable (Peer, Int) -> Void) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        port = Self.bindToLoopback(listener)
        precondition(listen(listener, backlog) == 0)
        Self.thread { [self] in acceptAll(script) }
    }

    var url: String { "http://127.0.0.1:\(port)/" }

    /// Ends the accepting thread.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func acceptAll(_ script: @escaping @Sendable (Peer, Int) -> Void) {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            let number = connections.withLock { connections in
                connections.append(descriptor)
                return connections.count - 1
            }
            Self.thread {
                let peer = Peer(descriptor)
                script(peer, number)
                peer.close()
            }
        }
        close(listener)
    }

    /// A port nobody listens on.
    static func refusingPort() -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return bindToLoopback(descriptor)
    }

    private static func bindToLoopback(_ descriptor: Int32) -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                precondition(bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    static func thread(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.stackSize = 256 * 1024
        thread.start()
    }
}

/// One connection, seen from the server.
final class Peer: Sendable {
    struct Request: Sendable {
        var head: String
        var body: [UInt8]

        func field(_ name: String) -> String? {
            for line in head.components(separatedBy: "\r\n").dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.first?.lowercased() == name.lowercased() {
                    return parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
                }
            }
            return nil
        }
    }

    private let descriptor: Int32
    private let isClosed = Mutex(false)
    private let unread = Mutex<[UInt8]>([])

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        // A test that goes wrong ends.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    }

    /// A whole request; nil when the client has closed.
    func readRequest() -> Request? {
        var bytes = unread.withLock { $0 }
        while true {
            if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = Self.text(bytes[..<end.lowerBound])
                var request = Request(head: head, body: [])
                let length = request.field("content-length").flatMap { Int($0) } ?? 0
                if bytes.count >= end.upperBound + length {
                    request.body = Array(bytes[end.upperBound..<end.upperBound + length])
                    unread.withLock { $0 = Array(bytes[(end.upperBound + length)...]) }
                    return request
                }
            }
            guard let more = read() else { return nil }
            bytes += more
        }
    }

    /// What is no UTF-8 is Latin-1, so that no byte is lost.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(bytes: bytes, encoding: .utf8) ?? String(bytes: bytes, encoding: .isoLatin1)!
    }

    /// A call on a socket with a timeout ends with EINTR when the process is stopped and goes on, even without a handler (signal(7)).
    private static func retrying(_ call: () -> Int) -> Int {
        while true {
            let count = call()
            if count >= 0 || errno != EINTR { return count }
        }
    }

    private func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Self.retrying { recv(descriptor, &buffer, buffer.count, 0) }
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Waits until the client has closed or reset the connection; false when it did not within a minute.
    func waitForClose() -> Bool {
        var byte: UInt8 = 0
        while true {
            let count = Self.retrying { recv(descriptor, &byte, 1, 0) }
            if count > 0 { continue }
            return count == 0 || errno == ECONNRESET
        }
    }

    /// False when the client does not take it any more.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                let rest = UnsafeRawBufferPointer(rebasing: $0[sent...])
                return Self.retrying { send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL)) }
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Whether there is room for a write within so many milliseconds.
    func canWrite(within milliseconds: Int32) -> Bool {
        var query = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&query, 1, milliseconds) == 1
    }

    /// The next close resets the connection.
    func resetsOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    func close() {
        let wasClosed = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return isClosed
        }
        if !wasClosed { Glibc.close(descriptor) }
    }
}

/// Lets a script's thread wait for the test, and the test for the script.
final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let semaphore = DispatchSemaphore(value: 0)

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func open() {
        semaphore.signal()
        continuation.yield()
    }

    /// On a thread of its own; false after a minute.
    @discardableResult
    func waitBlocking() -> Bool {
        defer { semaphore.signal() }
        return semaphore.wait(timeout: .now() + 60) == .success
    }

    func wait() async {
        for await _ in stream { return }
    }
}

/// Counts across threads and tasks.
final class Counter: Sendable {
    private let count = Mutex(0)

    /// Counts one more and gives the new count.
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
