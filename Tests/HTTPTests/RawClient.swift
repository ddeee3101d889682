import Glibc

/// A client that sends exactly the bytes it is given, on a blocking socket. Use it on a thread of its own.
final class RawClient {
    enum Failure: Error, Hashable {
        case system(String, Int32)
        /// Nothing came for `patienceSeconds`.
        case timedOut(received: String)
        /// The server closed in the middle of a message.
        case truncated(received: String)
        case malformed(String)
    }

    struct Response: Hashable {
        var status: Int
        /// Names in lower case; the last of several wins.
        var fields: [String: String]
        var body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Long enough for a busy machine; a passing test never waits for it.
    static let patienceSeconds = 20

    private let descriptor: Int32
    private var unread: [UInt8] = []
    private var isOpen = true

    init(port: Int, receiveBufferBytes: Int32? = nil, patienceMilliseconds: Int = RawClient.patienceSeconds * 1_000) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.system("socket", errno) }
        if let receiveBufferBytes { setOption(SO_RCVBUF, receiveBufferBytes) }
        setOption(SO_RCVTIMEO, timeval(tv_sec: patienceMilliseconds / 1_000, tv_usec: patienceMilliseconds % 1_000 * 1_000))
        setOption(SO_SNDTIMEO, timeval(tv_sec: Self.patienceSeconds, tv_usec: 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Failure.system("connect", errno) }
    }

    deinit { close() }

    private func setOption<Value>(_ name: Int32, _ value: Value) {
        _ = withUnsafePointer(to: value) { setsockopt(descriptor, SOL_SOCKET, name, $0, socklen_t(MemoryLayout<Value>.size)) }
    }

    func close() {
        if isOpen { _ = Glibc.close(descriptor) }
        isOpen = false
    }

    /// Closes with RST.
    func reset() {
        setOption(SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        close()
    }

    func finishWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + offset, bytes.count - offset, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure.system("send", errno) }
            offset += count
        }
    }

    /// Sends without waiting for room; gives the bytes that fitted.
    func sendWhatFits(_ bytes: [UInt8]) -> Int {
        max(
            0,
            bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) }
        )
    }

    /// One `recv`; empty at the end of the connection.
    func receive(_ byteCountMax: Int = 65_536) throws -> [UInt8] {
        if !unread.isEmpty {
            defer { unread = [] }
            return unread
        }
        var buffer = [UInt8](repeating: 0, count: byteCountMax)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0 && errno == EAGAIN { throw Failure.timedOut(received: "") }
        if count < 0 { throw Failure.system("recv", errno) }
        return Array(buffer.prefix(count))
    }

    /// True when the server has closed (FIN or RST) and nothing is left to read.
    func isClosedByServer() throws -> Bool {
        do { return try receive().isEmpty } catch Failure.system(_, ECONNRESET) { return true }
    }

    func readToEnd() throws -> String {
        var bytes: [UInt8] = []
        while true {
            let more = try receive()
            if more.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += more
        }
    }

    /// Reads until `text` has come, and gives everything up to its end.
    @discardableResult
    func read(until text: String) throws -> String {
        var bytes: [UInt8] = []
        while true {
            if let end = bytes.endOfFirst(Array(text.utf8)) {
                unread = Array(bytes[end...])
                return String(decoding: bytes[..<end], as: UTF8.self)
            }
            let more = try receive()
            guard !more.isEmpty else { throw Failure.truncated(received: String(decoding: bytes, as: UTF8.self)) }
            bytes += more
        }
    }

    /// One whole response. Interim ones are given as they come.
    func readResponse(toHead: Bool = false) throws -> Response {
        let lines = try read(until: "\r\n\r\n").split(separator: "\r\n").map(String.init)
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else { throw Failure.malformed(lines[0]) }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        var response = Response(status: status, fields: fields, body: [])
        if toHead || status < 200 || status == 204 || status == 304 { return response }
        if let length = fields["content-length"].flatMap(Int.init) {
            response.body = try read(byteCount: length)
        } else if fields["transfer-encoding"] == "chunked" {
            response.body = try readChunks()
        } else {
            response.body = Array(try readToEnd().utf8)
        }
        return response
    }

    func read(byteCount: Int) throws -> [UInt8] {
        if byteCount == 0 { return [] }
        var bytes: [UInt8] = []
        while bytes.count < byteCount {
            let more = try receive()
            guard !more.isEmpty else { throw Failure.truncated(received: String(decoding: bytes, as: UTF8.self)) }
            bytes += more
        }
        unread = Array(bytes[byteCount...])
        return Array(bytes[..<byteCount])
    }

    func readChunks() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try readChunk() { bytes += chunk }
        return bytes
    }

    /// nil is the last chunk.
    func readChunk() throws -> [UInt8]? {
        let line = try read(until: "\r\n").dropLast()
        guard let count = Int(line, radix: 16) else { throw Failure.malformed(String(line)) }
        let chunk = try read(byteCount: count)
        guard try read(byteCount: 2) == [13, 10] else { throw Failure.malformed("no CRLF after a chunk") }
        return count == 0 ? nil : chunk
    }

    func exchange(_ request: String) throws -> Response {
        try send(request)
        return try readResponse()
    }
}

extension [UInt8] {
    fileprivate func endOfFirst(_ wanted: [UInt8]) -> Int? {
        guard count >= wanted.count else { return nil }
        return (0...(count - wanted.count)).first { self[$0] == wanted[0] && Array(self[$0..<($0 + wanted.count)]) == wanted }
            .map { $0 + wanted.count }
    }
}
