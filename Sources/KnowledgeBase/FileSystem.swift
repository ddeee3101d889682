import Crypto
import Glibc

/// Blocking file work, to be run on a work queue.
enum FileSystem {
    struct Failure: Error, Hashable, Sendable {
        var operation: String
        var path: String
        var errorNumber: Int32

        init(_ operation: String, _ path: String) {
            self.operation = operation
            self.path = path
            errorNumber = errno
        }

        var isMissing: Bool { errorNumber == ENOENT || errorNumber == ENOTDIR }
        var reason: String { String(cString: strerror(errorNumber)) }
    }

    /// What `path` leads to (symbolic links followed), nil when there is nothing.
    static func status(_ path: String) throws -> stat? {
        var result = stat()
        if stat(path, &result) == 0 { return result }
        let failure = Failure("stat", path)
        if failure.isMissing { return nil }
        throw failure
    }

    /// Makes the folder and those above it, for their owner only.
    static func makeFolder(_ path: String) throws {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else { throw Failure("mkdir", path) }
        try makeFolder(String(path[..<slash]))
        if mkdir(path, 0o700) != 0 && errno != EEXIST { throw Failure("mkdir", path) }
    }

    /// Flushes a file's content, or a folder's entries, to the disk.
    static func synchronize(_ path: String) throws {
        try withDescriptor(path, O_RDONLY) { descriptor in
            if fsync(descriptor) != 0 { throw Failure("fsync", path) }
        }
    }

    static func move(_ path: String, to destination: String) throws {
        if rename(path, destination) != 0 { throw Failure("rename", destination) }
    }

    /// True when a file went, false when there was none.
    @discardableResult
    static func remove(_ path: String) throws -> Bool {
        if unlink(path) == 0 { return true }
        let failure = Failure("unlink", path)
        if failure.isMissing { return false }
        throw failure
    }

    /// SHA-256, size and stamp of a file, read through one descriptor.
    static func fingerprint(_ path: String) throws -> Fingerprint {
        try withDescriptor(path, O_RDONLY | O_NONBLOCK) { descriptor in
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw Failure("fstat", path) }
            guard status.st_mode & S_IFMT == S_IFREG else {
                errno = EINVAL
                throw Failure("open", path)
            }
            var hash = SHA256()
            var byteCount = 0
            try readAll(descriptor, path) { bytes in
                hash.update(bufferPointer: bytes)
                byteCount += bytes.count
            }
            return Fingerprint(etag: Identifier.hex(hash.finalize()), byteCount: byteCount, stamp: FileStamp(status))
        }
    }

    /// The whole of a small file; nil when it is larger than `byteCountMax`.
    static func contents(_ path: String, byteCountMax: Int) throws -> [UInt8]? {
        try withDescriptor(path, O_RDONLY | O_NONBLOCK) { descriptor in
            var content: [UInt8] = []
            var isTooLarge = false
            try readAll(descriptor, path) { bytes in
                if content.count + bytes.count <= byteCountMax { content.append(contentsOf: bytes) } else { isTooLarge = true }
            }
            return isTooLarge ? nil : content
        }
    }

    static func withDescriptor<Result>(_ path: String, _ flags: Int32, _ body: (Int32) throws -> Result) throws -> Result {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("open", path) }
        defer { close(descriptor) }
        return try body(descriptor)
    }

    /// Every byte of the file in pieces of at most 256 KiB.
    private static func readAll(_ descriptor: Int32, _ path: String, _ body: (UnsafeRawBufferPointer) -> Void) throws {
        let size = 262_144
        try withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, size)
                if count == 0 { return }
                if count > 0 {
                    // read(2) has filled exactly `count` bytes of the buffer.
                    body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } else if errno != EINTR {
                    throw Failure("read", path)
                }
            }
        }
    }
}

struct Fingerprint: Hashable, Sendable {
    /// SHA-256, lower-case hex.
    var etag: String
    var byteCount: Int
    var stamp: FileStamp
}

/// Tells quickly whether a file may have changed.
struct FileStamp: Hashable, Sendable {
    var byteCount: Int
    var modifiedNanoseconds: Int64
    /// Of the last change of content or state (st_ctim): a program that sets the modification time back cannot set this one.
    var changedNanoseconds: Int64
    var inode: UInt64

    init(_ status: stat) {
        byteCount = Int(status.st_size)
        modifiedNanoseconds = Self.nanoseconds(status.st_mtim)
        changedNanoseconds = Self.nanoseconds(status.st_ctim)
        inode = UInt64(status.st_ino)
    }

    var text: String { "\(byteCount):\(modifiedNanoseconds):\(changedNanoseconds):\(inode)" }

    /// The stamp to remember, or nothing when the file was changed so shortly before `now` (Unix seconds) that a further
    /// change could leave the same time: such a file is hashed again next time, as git does with racy entries.
    func settledText(now: Int) -> String {
        let age = Int64(now).multipliedReportingOverflow(by: 1_000_000_000).partialValue &- changedNanoseconds
        return age > 2_000_000_000 ? text : ""
    }

    /// Far-off years wrap around: a stamp only has to differ.
    private static func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec) }
}
