/// What a `Range` field asks of a file (RFC 9110 §14.2).
enum ByteRange: Hashable, Sendable {
    /// No range, one we may ignore (several, another unit, bad syntax), or one of an outdated file.
    case whole
    case part(Range<Int>)
    /// 416: nothing of the file is in the range.
    case unsatisfiable

    init(field: String?, byteCount: Int) {
        self = field.flatMap { Self.parse($0, byteCount: byteCount) } ?? .whole
    }

    private static func parse(_ field: String, byteCount: Int) -> ByteRange? {
        let halves = field.split(separator: "=", maxSplits: 1)
        guard halves.count == 2, halves[0].lowercased() == "bytes" else { return nil }
        let bounds = halves[1].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard bounds.count == 2, bounds.allSatisfy({ $0.utf8.allSatisfy(isDigit) }) else { return nil }
        return switch (bounds[0].isEmpty, bounds[1].isEmpty) {
        case (true, true): nil
        case (true, false): suffix(number(bounds[1]), byteCount)
        case (false, true): slice(number(bounds[0]), .max, byteCount)
        case (false, false): slice(number(bounds[0]), number(bounds[1]), byteCount)
        }
    }

    /// The last `length` bytes.
    private static func suffix(_ length: Int, _ byteCount: Int) -> ByteRange {
        guard length > 0, byteCount > 0 else { return .unsatisfiable }
        return .part(max(0, byteCount - length)..<byteCount)
    }

    private static func slice(_ first: Int, _ last: Int, _ byteCount: Int) -> ByteRange? {
        guard first <= last else { return nil }
        guard first < byteCount else { return .unsatisfiable }
        return .part(first..<min(last, byteCount - 1) + 1)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// A number too large for `Int` lies past the end of any file.
    private static func number(_ digits: Substring) -> Int { Int(digits) ?? .max }
}
