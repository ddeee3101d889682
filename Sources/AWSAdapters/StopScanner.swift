/// Ends a text at the first of several stop sequences, piece by piece, for models that cannot do it themselves.
///
/// What could be the beginning of a stop sequence is held back until the next piece decides, so never more than the longest sequence
/// less one byte waits. A sequence begins with a whole scalar: text is only ever cut between scalars.
struct StopScanner: Sendable {
    private let sequences: [[UInt8]]
    private var held: [UInt8] = []
    private(set) var isStopped = false

    /// None of the sequences is empty.
    init(_ sequences: [String]) { self.sequences = sequences.map { Array($0.utf8) } }

    /// What can be shown now; after a stop sequence nothing more.
    mutating func read(_ text: String) -> String {
        if isStopped { return "" }
        return scan(held + Array(text.utf8), isLast: false)
    }

    /// What was held back when the text ended.
    mutating func finish() -> String { isStopped ? "" : scan(held, isLast: true) }

    private mutating func scan(_ bytes: [UInt8], isLast: Bool) -> String {
        held = []
        for start in bytes.indices {
            switch match(bytes[start...]) {
            case .whole: isStopped = true
            case .beginning where !isLast: held = Array(bytes[start...])
            case .beginning, .none: continue
            }
            return String(decoding: bytes[..<start], as: UTF8.self)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private enum Match {
        case none, beginning, whole
    }

    /// Whether the bytes begin with a sequence, or are the beginning of one.
    private func match(_ bytes: ArraySlice<UInt8>) -> Match {
        var isBeginning = false
        for sequence in sequences where sequence.first == bytes.first {
            if bytes.starts(with: sequence) { return .whole }
            if bytes.count < sequence.count, sequence.starts(with: bytes) { isBeginning = true }
        }
        return isBeginning ? .beginning : .none
    }
}
