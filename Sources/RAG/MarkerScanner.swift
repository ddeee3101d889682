/// Finds the markers `[1]`, `[1][2]` and `[1, 2]` in an answer that arrives in pieces, wherever the pieces are cut.
struct MarkerScanner: Hashable, Sendable {
    struct Marker: Hashable, Sendable {
        var number: Int
        /// Unicode scalars of the complete answer, brackets included.
        var range: Range<Int>
    }

    static let digitsMax = 4
    static let numbersPerMarkerMax = 16
    /// An answer with more is read on, but its further markers are not recorded.
    static let markersMax = 4_096

    private(set) var markers: [Marker] = []
    /// Unicode scalars read so far.
    private(set) var scalarCount = 0
    /// What stands after the open bracket; nil outside brackets.
    fileprivate var open: Bracket?

    fileprivate struct Bracket: Hashable {
        var start: Int
        var numbers: [Int] = []
        var digits = 0
        var value = 0
        /// A space was read after the current number, so only `,` or `]` may follow.
        var isNumberOver = false
    }

    mutating func read(_ piece: String) {
        if open == nil, let count = Self.scalarCountWithoutBracket(piece) {
            scalarCount += count
            return
        }
        for scalar in piece.unicodeScalars {
            read(scalar)
            scalarCount += 1
        }
    }

    /// Nil when there is a bracket in it, or its bytes do not lie together. Most pieces hold none, and bytes are quick to look through.
    private static func scalarCountWithoutBracket(_ piece: String) -> Int? {
        piece.utf8.withContiguousStorageIfAvailable { bytes -> Int? in
            var count = 0
            for byte in bytes {
                if byte == UInt8(ascii: "[") { return nil }
                // All but continuation bytes begin a scalar (RFC 3629 §3).
                if byte & 0xC0 != 0x80 { count += 1 }
            }
            return count
        } ?? nil
    }

    private mutating func read(_ scalar: Unicode.Scalar) {
        if scalar == "[" {
            open = Bracket(start: scalarCount)
        } else if var bracket = open {
            open = nil
            if scalar == "]" {
                if bracket.endNumber() { record(bracket) }
            } else if bracket.take(scalar) {
                open = bracket
            }
        }
    }

    private mutating func record(_ bracket: Bracket) {
        var seen: Set<Int> = []
        for number in bracket.numbers where seen.insert(number).inserted && markers.count < Self.markersMax {
            markers.append(Marker(number: number, range: bracket.start..<(scalarCount + 1)))
        }
    }
}

extension MarkerScanner.Bracket {
    /// Whether the bracket can still become a marker after `scalar`.
    fileprivate mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9":
            guard !isNumberOver, digits < MarkerScanner.digitsMax else { return false }
            digits += 1
            value = value * 10 + Int(scalar.value - 48)
            return true
        case ",": return endNumber()
        case " ":
            if digits > 0 { isNumberOver = true }
            return true
        default: return false
        }
    }

    fileprivate mutating func endNumber() -> Bool {
        guard digits > 0, numbers.count < MarkerScanner.numbersPerMarkerMax else { return false }
        numbers.append(value)
        (digits, value, isNumberOver) = (0, 0, false)
        return true
    }
}
