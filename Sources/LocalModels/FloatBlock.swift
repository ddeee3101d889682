import Glibc
internal import RAG

/// Page-aligned floats that are written once, while they are made, and only read afterwards.
///
/// Asks for huge pages: a matrix product over 42 MB of weights would otherwise miss the TLB all the time.
final class FloatBlock: @unchecked Sendable {
    // Proof of Sendable: `init` alone writes, before anyone else can hold the reference.
    let floats: UnsafePointer<Float>
    let count: Int

    /// `fill` gets the zeroed floats. Throws `OutcropFailure` when there is no memory for them.
    init(count: Int, fill: (UnsafeMutablePointer<Float>) throws -> Void) throws {
        let byteCount = count * MemoryLayout<Float>.stride
        guard let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED
        else {
            throw OutcropFailure.model("No memory for \(byteCount) bytes of weights.", remedy: "Give the process more memory.")
        }
        madvise(start, byteCount, Int32(MADV_HUGEPAGE))
        let writable = start.bindMemory(to: Float.self, capacity: count)
        floats = UnsafePointer(writable)
        self.count = count
        try fill(writable)  // on an error deinit unmaps: every property is set
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: floats), count * MemoryLayout<Float>.stride)
    }
}
