import Glibc
internal import RAG
import Synchronization

/// A file being received: written on Dispatch, gone again unless it was kept.
final class IncomingFile: Sendable {
    let path: String
    private let queue: WorkQueue
    private let descriptor: OwnedDescriptor
    private let isKept = Mutex(false)

    /// Creates `name` in `directory`, readable by us alone. Throws `.unavailable` when the disk does not let us.
    static func create(in directory: String, name: String, queue: WorkQueue) async throws -> IncomingFile {
        let path = "\(directory)/\(name)"
        let descriptor = try await queue.run {
            let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard number >= 0 else { throw diskFailure() }
            return OwnedDescriptor(number)
        }
        return IncomingFile(path: path, queue: queue, descriptor: descriptor)
    }

    init(path: String, queue: WorkQueue, descriptor: OwnedDescriptor) {
        self.path = path
        self.queue = queue
        self.descriptor = descriptor
    }

    /// Called once the file has been taken over (moved away) by someone else.
    func keep() { isKept.withLock { $0 = true } }

    /// Removing an empty name is one quick call; blocking here beats leaving rubbish behind a cancelled task.
    deinit { if !isKept.withLock({ $0 }) { unlink(path) } }

    func write(_ bytes: [UInt8]) async throws {
        try await queue.run { [descriptor] in
            var written = 0
            while written < bytes.count {
                let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor.number, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw diskFailure() }
                written += count
            }
        }
    }
}

/// A file descriptor that is closed with its last reference.
final class OwnedDescriptor: Sendable {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { close(number) }
}

/// What a failed write means to the sender: this server cannot take the file now. Without the path.
private func diskFailure() -> OutcropFailure {
    OutcropFailure(
        .unavailable, code: "storage_failed", "The server cannot store the file: \(String(cString: strerror(errno))).",
        retryAfterSeconds: 30)
}
