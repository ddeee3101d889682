import Glibc

/// Small files, read whole.
enum BoundedFile {
    enum Content: Hashable, Sendable {
        case bytes([UInt8])
        /// Nothing there, or not a regular file (`/dev/null` is how people say "no file").
        case absent
        /// There is something, but it cannot be read; says why.
        case unreadable(String)
    }

    /// Blocks: at start, or on a queue of its own.
    static func read(_ path: String, byteCountMax: Int) -> Content {
        // Without O_NONBLOCK opening a pipe would wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            return errno == ENOENT || errno == ENOTDIR ? .absent : .unreadable(String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return .absent }
        return contents(of: descriptor, byteCountMax: byteCountMax)
    }

    private static func contents(of descriptor: Int32, byteCountMax: Int) -> Content {
        var bytes: [UInt8] = []
        while true {
            var piece = [UInt8](repeating: 0, count: 16_384)
            // `read` fills at most the buffer's count.
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0 { return .unreadable(String(cString: strerror(errno))) }
            if count == 0 { return .bytes(bytes) }
            bytes += piece[..<count]
            if bytes.count > byteCountMax { return .unreadable("larger than \(byteCountMax) bytes") }
        }
    }
}
