/// Bytes received and not yet consumed. Bounded by its users: the parser refuses long heads, and nothing is received that nobody asked for.
struct InputBuffer {
    /// Storage up to this size is kept for the next request; a larger one is given back.
    private static let keptCapacityMax = 4_096

    private var bytes: [UInt8] = []
    private var start = 0

    var count: Int { bytes.count - start }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        if start > 0 {
            bytes.removeSubrange(..<start)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    mutating func consume(_ byteCount: Int) {
        precondition(byteCount <= count)
        start += byteCount
        guard start == bytes.count else { return }
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacityMax)
        start = 0
    }

    /// The first bytes, at most `byteCountMax`, which are consumed.
    mutating func take(_ byteCountMax: Int) -> [UInt8] {
        let taken = Array(bytes[start..<min(bytes.count, start + byteCountMax)])
        consume(taken.count)
        return taken
    }

    /// The pointer is valid within `body` only.
    func withUnread<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }
}
