import Glibc

/// A regular file that is read whole or refused. Blocks: call it on a Dispatch queue.
struct BoundedFile {
    let path: String
    let byteCountMax: Int

    /// The bytes of the file; `byteCountMax` also holds for a file that grows while it is read.
    func read() throws(ExtractionError) -> [UInt8] {
        let (descriptor, byteCount) = try open()
        defer { close(descriptor) }
        // One more than the size seen, so that an unchanged file ends without growing the buffer.
        return try read(descriptor, upTo: byteCountMax, expecting: byteCount + 1)
    }

    /// The first bytes only; the whole file's size is checked all the same.
    func readPrefix(_ count: Int) throws(ExtractionError) -> [UInt8] {
        let (descriptor, _) = try open()
        defer { close(descriptor) }
        return try Array(read(descriptor, upTo: nil, expecting: count).prefix(count))
    }

    /// O_NONBLOCK lets the open of a FIFO return, so that the type check can refuse it; it means nothing to regular files.
    private func open() throws(ExtractionError) -> (descriptor: CInt, byteCount: Int) {
        let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw Self.unreadable(errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw Self.unreadable(code)
        }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        guard isRegular, status.st_size <= byteCountMax else {
            close(descriptor)
            if !isRegular { throw ExtractionError(.unreadable, "This is not a regular file.") }
            throw tooLarge
        }
        return (descriptor, Int(status.st_size))
    }

    /// With `upTo` nil it stops after `expecting` bytes; otherwise it reads to the end and refuses more than `upTo`.
    private func read(_ descriptor: CInt, upTo: Int?, expecting: Int) throws(ExtractionError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(expecting, byteCountMax + 1))
        // Not less than a page: a file that was empty when it was opened may have grown since.
        var block = [UInt8](repeating: 0, count: min(max(expecting, 4_096), 1 << 20))
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.unreadable(errno)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: block[..<count])
            if let upTo { if bytes.count > upTo { throw tooLarge } } else if bytes.count >= expecting { return bytes }
        }
    }

    private var tooLarge: ExtractionError {
        ExtractionError(.tooLarge, "The file is larger than \(byteCountMax) bytes. Split it or raise the file limit.")
    }

    private static func unreadable(_ code: CInt) -> ExtractionError {
        ExtractionError(.unreadable, "The file cannot be read: \(String(cString: strerror(code))).")
    }
}
