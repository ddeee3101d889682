import Foundation
import Glibc
import HTTPTypes
import RAG

/// One request on one connection, spoken byte by byte: what a client sees, without a client library's opinions.
struct SocketClient: Sendable {
    let port: Int

    func send(_ method: HTTPRequest.Method, _ path: String, _ fields: HTTPFields, body: [UInt8]) async throws -> Answer {
        var text = "\(method.rawValue) \(path) HTTP/1.1\r\nhost: localhost:8080\r\nconnection: close\r\n"
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        if !body.isEmpty { text += "content-length: \(body.count)\r\n" }
        return try Answer(received: try await exchange(Array((text + "\r\n").utf8) + body))
    }

    /// What comes back until the server ends the connection. With `leaving` the client reads nothing and just leaves when told; one that
    /// `halfCloses` says with a FIN that it has nothing more to send.
    func exchange(_ request: [UInt8], leaving: DispatchSemaphore? = nil, halfCloses: Bool = false) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<[UInt8], any Error>) in
            // A thread of its own: blocked on Dispatch's global queue it would hold up the server's tasks on a small machine.
            Thread.detachNewThread {
                continuation.resume(with: Result { try blockingExchange(request, leaving, halfCloses) })
            }
        }
    }

    /// Writes all, then reads to the end.
    private func blockingExchange(
        _ request: [UInt8], _ leaving: DispatchSemaphore?, _ halfCloses: Bool
    ) throws -> [UInt8] {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw OutcropFailure(.internal, "no socket") }
        defer { close(socket) }
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw OutcropFailure(.internal, "no connection: \(errno)") }
        // A server that refuses early may stop reading: what it said still counts.
        var sent = 0
        while sent < request.count {
            let count = request[sent...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { break }
            sent += count
        }
        if halfCloses { shutdown(socket, Int32(SHUT_WR)) }
        var received: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        if let leaving {
            leaving.wait()
            return []
        }
        while case let count = recv(socket, &piece, piece.count, 0), count > 0 {
            received += piece[..<count]
        }
        return received
    }
}

extension Answer {
    /// Reads a response as RFC 9112 frames it; `isCut` where it lacks its end.
    init(received: [UInt8]) throws {
        guard let headEnd = Self.end(of: received, "\r\n\r\n") else { throw OutcropFailure(.internal, "no answer") }
        var lines = String(decoding: received[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        let code = Int(lines.removeFirst().split(separator: " ")[1]) ?? 0
        var fields = HTTPFields()
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else { continue }
            fields.append(HTTPField(name: name, value: String(parts[1].drop { $0 == " " })))
        }
        let rest = Array(received[headEnd...])
        self.init(status: code, fields: fields, body: rest, isCut: false)
        if fields[.transferEncoding] == "chunked" {
            (body, isCut) = Self.dechunked(rest)
        } else if let length = fields[.contentLength].flatMap({ Int($0) }) {
            isCut = rest.count < length
        }
    }

    private static func end(of bytes: [UInt8], _ mark: String) -> Int? {
        let mark = Array(mark.utf8)
        return bytes.indices.first { bytes[$0...].starts(with: mark) }.map { $0 + mark.count }
    }

    private static func dechunked(_ bytes: [UInt8]) -> (body: [UInt8], isCut: Bool) {
        var body: [UInt8] = []
        var rest = bytes
        while let lineEnd = end(of: rest, "\r\n") {
            guard let size = Int(String(decoding: rest[..<(lineEnd - 2)], as: UTF8.self), radix: 16) else { break }
            if size == 0 { return (body, false) }
            guard rest.count >= lineEnd + size + 2 else { break }
            body += rest[lineEnd..<(lineEnd + size)]
            rest.removeFirst(lineEnd + size + 2)
        }
        return (body, true)
    }
}
