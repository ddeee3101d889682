import Glibc
internal import RAG

/// A whole file mapped read-only. Pages are read when touched and can be dropped by the kernel under pressure.
///
/// Replace a model by renaming a new file over the old one; truncating a mapped file in place would end the process (SIGBUS).
package final class MappedFile: Sendable {
    package let path: String
    package let byteCount: Int
    // The mapping is never written and lives until deinit, so its address may be shared; hence the unchecked wrapper.
    private let mapping: Mapping

    private struct Mapping: @unchecked Sendable {
        // Proof: the memory behind it is PROT_READ for its whole life.
        let start: UnsafeRawPointer
    }

    /// Throws `OutcropFailure` when there is no such file, when it is not a regular one, empty or over `byteCountMax`.
    package init(path: String, byteCountMax: Int) throws {
        // O_NONBLOCK: opening a named pipe must not hang.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw OutcropFailure.model("\(path): cannot be opened (\(String(cString: strerror(errno)))).")
            }
            throw OutcropFailure.modelMissing(path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw OutcropFailure.model("\(path): not a regular file.")
        }
        let size = Int(status.st_size)
        guard size > 0 else { throw OutcropFailure.model("\(path): the file is empty.") }
        guard size <= byteCountMax else {
            throw OutcropFailure.model("\(path): \(size) bytes, over the limit of \(byteCountMax).")
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw OutcropFailure.model("\(path): cannot be mapped (\(String(cString: strerror(errno)))).")
        }
        self.path = path
        byteCount = size
        mapping = Mapping(start: UnsafeRawPointer(start))
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: mapping.start), byteCount)
    }

    /// The bytes, valid only inside `body`.
    package func withBytes<Value, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(UnsafeRawBufferPointer(start: mapping.start, count: byteCount))
    }

    /// Drops the whole pages inside `range` from memory; the next access reads them from the file again.
    package func release(_ range: Range<Int>) {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let start = (range.lowerBound + page - 1) / page * page
        let end = range.upperBound / page * page
        guard start < end else { return }
        madvise(UnsafeMutableRawPointer(mutating: mapping.start + start), end - start, MADV_DONTNEED)
    }
}

extension OutcropFailure {
    static func modelMissing(_ path: String) -> OutcropFailure {
        OutcropFailure(
            .unavailable, code: "embedding_model_missing",
            "\(path): no such file. Run `make model`, or point OUTCROP_EMBEDDING_MODEL_DIR to a folder with config.json, "
                + "vocab.txt and model.safetensors, or set OUTCROP_EMBEDDINGS=none.")
    }

    /// What is wrong with the model's files; the remedy is appended unless `remedy` is given.
    static func model(_ problem: String, remedy: String = "Fetch the model again with `make model`.") -> OutcropFailure {
        OutcropFailure(.unavailable, code: "embedding_model_invalid", "\(problem) \(remedy)")
    }
}
