extension EventStreamHeaderScanner {
    /// Throws when a header is malformed or runs past the block, when text is not UTF-8, and when two headers have one name.
    static func validate(_ block: Range<Int>, in buffer: Span<UInt8>) throws(EventStreamDecoder.Failure) {
        var scanner = Self(block)
        var count = 0
        while let header = try scanner.next(in: buffer) {
            guard isUTF8(header.name, in: buffer), header.kind != .string || isUTF8(header.value, in: buffer) else {
                throw EventStreamDecoder.Failure(reason: "an event stream header is not UTF-8")
            }
            count += 1
            if count <= pairwiseMax, try isRepeated(header.name, block, in: buffer) { throw repeated }
        }
        if count > pairwiseMax, try holdsRepeated(block, in: buffer) { throw repeated }
    }

    private static let repeated = EventStreamDecoder.Failure(reason: "an event stream header comes twice")

    /// So few names are compared in pairs, which takes no memory; the many that a hostile block can hold are hashed.
    private static let pairwiseMax = 8

    /// Whether a header before this one has its name.
    private static func isRepeated(
        _ name: Range<Int>, _ block: Range<Int>, in buffer: Span<UInt8>
    ) throws(EventStreamDecoder.Failure) -> Bool {
        var scanner = Self(block)
        while let header = try scanner.next(in: buffer), header.name.lowerBound < name.lowerBound {
            guard header.name.count == name.count else { continue }
            if (0..<name.count).allSatisfy({ buffer[header.name.lowerBound + $0] == buffer[name.lowerBound + $0] }) {
                return true
            }
        }
        return false
    }

    private static func holdsRepeated(_ block: Range<Int>, in buffer: Span<UInt8>) throws(EventStreamDecoder.Failure) -> Bool {
        var scanner = Self(block)
        var names: Set<[UInt8]> = []
        while let header = try scanner.next(in: buffer) {
            if !names.insert(header.name.map { buffer[$0] }).inserted { return true }
        }
        return false
    }

    private static func isUTF8(_ range: Range<Int>, in buffer: Span<UInt8>) -> Bool {
        if range.allSatisfy({ buffer[$0] < 0x80 }) { return true }
        return String(validating: range.map { buffer[$0] }, as: UTF8.self) != nil
    }
}
