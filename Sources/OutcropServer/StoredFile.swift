import Glibc
internal import RAG

/// A document's original, read on Dispatch piece by piece.
struct StoredFile: Sendable {
    static let pieceBytes = 262_144

    let byteCount: Int
    private let descriptor: OwnedDescriptor
    private let queue: WorkQueue

    /// nil when there is no regular file at `path` that we may read.
    static func open(path: String, queue: WorkQueue) async throws -> StoredFile? {
        try await queue.run {
            // Without O_NONBLOCK opening a named pipe put in the folder would wait for ever.
            let number = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard number >= 0 else { return nil }
            let descriptor = OwnedDescriptor(number)
            var information = stat()
            guard fstat(number, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
            return StoredFile(byteCount: Int(information.st_size), descriptor: descriptor, queue: queue)
        }
    }

    /// The next piece of `range`, at least one byte. Throws when the file has become shorter.
    func piece(of range: Range<Int>) async throws -> [UInt8] {
        let count = min(range.count, Self.pieceBytes)
        return try await queue.run { [descriptor] in
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                // pread initialises the first `filled` bytes of the `count` the buffer has.
                filled = max(0, pread(descriptor.number, buffer.baseAddress, count, range.lowerBound))
            }
            guard !bytes.isEmpty else { throw OutcropFailure(.internal, "The file changed while it was being sent.") }
            return bytes
        }
    }
}
