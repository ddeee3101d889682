import Glibc

/// A numeric IPv4 or IPv6 address with a port, as the kernel wants it and as people write it.
struct SocketAddress: Hashable, Sendable {
    enum Host: Hashable, Sendable {
        /// Four bytes in network order.
        case v4([UInt8])
        /// Sixteen bytes in network order.
        case v6([UInt8])
    }

    var host: Host
    var port: Int

    /// Takes `127.0.0.1`, `0.0.0.0`, `::1`, `[::1]`, `::`, any other numeric address and `localhost` (127.0.0.1). Resolves no names.
    init(host text: String, port: Int) throws(ServerError) {
        guard (0...65_535).contains(port) else {
            throw ServerError(.badHost, "port \(port) is not in 0...65535: choose another")
        }
        var literal = text == "localhost" ? "127.0.0.1" : text
        if literal.hasPrefix("["), literal.hasSuffix("]") { literal = String(literal.dropFirst().dropLast()) }
        if let bytes = Self.parse(literal, family: AF_INET, byteCount: 4) {
            host = .v4(bytes)
        } else if let bytes = Self.parse(literal, family: AF_INET6, byteCount: 16) {
            host = .v6(bytes)
        } else {
            throw ServerError(.badHost, "cannot listen on \"\(text)\": give a numeric IPv4 or IPv6 address, or localhost")
        }
        self.port = port
    }

    private static func parse(_ literal: String, family: Int32, byteCount: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        return inet_pton(family, literal, &bytes) == 1 ? bytes : nil
    }

    /// The dotted or colon form.
    var hostText: String {
        switch host {
        case .v4(let bytes): Self.text(bytes, family: AF_INET)
        case .v6(let bytes): Self.text(bytes, family: AF_INET6)
        }
    }

    private static func text(_ bytes: [UInt8], family: Int32) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// 127.0.0.0/8, ::1 or ::ffff:127.0.0.0/104.
    var isLoopback: Bool {
        switch host {
        case .v4(let bytes): bytes[0] == 127
        case .v6(let bytes):
            bytes == [UInt8](repeating: 0, count: 15) + [1]
                || (bytes[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] && bytes[12] == 127)
        }
    }

    var peer: PeerAddress { PeerAddress(host: hostText, port: port, isLoopback: isLoopback) }
}

// The kernel's form.
extension SocketAddress {
    var family: Int32 {
        switch host {
        case .v4: AF_INET
        case .v6: AF_INET6
        }
    }

    /// Reads what `accept` or `getsockname` stored; nil for another family.
    init?(_ storage: sockaddr_storage) {
        var storage = storage
        switch Int32(storage.ss_family) {
        case AF_INET:
            let address = Self.reading(&storage, as: sockaddr_in.self)
            host = .v4(withUnsafeBytes(of: address.sin_addr) { Array($0) })
            port = Int(UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            let address = Self.reading(&storage, as: sockaddr_in6.self)
            host = .v6(withUnsafeBytes(of: address.sin6_addr) { Array($0) })
            port = Int(UInt16(bigEndian: address.sin6_port))
        default: return nil
        }
    }

    /// Calls `body` with this address as `sockaddr`.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch host {
        case .v4(let bytes):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
            return Self.rebound(&address, body)
        case .v6(let bytes):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = in_port_t(port).bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
            return Self.rebound(&address, body)
        }
    }

    /// `sockaddr_storage` is at least as large and as aligned as every address type (POSIX sys/socket.h).
    private static func reading<Address>(_ storage: inout sockaddr_storage, as type: Address.Type) -> Address {
        withUnsafeBytes(of: &storage) { $0.load(as: type) }
    }

    /// Every address type starts with the fields of `sockaddr`; the length tells the kernel the real size.
    private static func rebound<Address, Result>(
        _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
        }
    }
}
