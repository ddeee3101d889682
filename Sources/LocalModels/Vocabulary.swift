internal import RAG

/// The pieces of a `vocab.txt`, one a line, the line number being the id; a piece inside a word starts with `##`.
///
/// An open-addressing table over the UTF-8 bytes: FNV-1a grows byte by byte, so one pass over a word hashes all its prefixes.
package struct Vocabulary: Sendable {
    package static let countMax = 1_000_000
    /// The longest piece that can be found; the largest published vocabularies stay below 100.
    package static let pieceBytesMax = 400

    /// Number of lines.
    package let count: Int
    private let bytes: [UInt8]
    /// Piece `id` is `bytes[starts[id]..<ends[id]]`, without `##`.
    private var starts: [Int32] = []
    private var ends: [Int32] = []
    /// Ids by hash, -1 where free; a power of two, at most half full.
    private var slots: [Int32]
    private var longest = 0

    /// Throws `OutcropFailure` for text that is not UTF-8, has no lines or too many.
    package init(_ text: UnsafeRawBufferPointer) throws {
        guard text.count < Int(Int32.max), String(validating: text, as: UTF8.self) != nil else {
            throw OutcropFailure.model("vocab.txt: not UTF-8.")
        }
        bytes = Array(text)
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let end = line.last == UInt8(ascii: "\r") ? line.endIndex - 1 : line.endIndex
            starts.append(Int32(line.startIndex))
            ends.append(Int32(end))
        }
        if let start = starts.last, start == bytes.count {  // the file's last line feed starts no line
            starts.removeLast()
            ends.removeLast()
        }
        count = starts.count
        guard count > 0, count <= Self.countMax else { throw OutcropFailure.model("vocab.txt: \(count) lines.") }
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        slots = Array(repeating: -1, count: capacity)
        for id in 0..<Int32(count) { insert(id) }
    }

    /// The id of a whole line such as `[CLS]` or `##ing`.
    package func id(of piece: String) -> Int32? {
        var text = piece
        let continues = text.hasPrefix("##") && text.utf8.count > 2
        if continues { text.removeFirst(2) }
        return text.withUTF8 { utf8 in
            find(utf8[...], hash: utf8.reduce(Hash.start(continues: continues)) { Hash.adding($1, to: $0) }, continues: continues)
        }
    }

    /// Appends the longest piece at the start of `word`, then of the rest, and so on. Appends nothing and returns false
    /// when some rest starts with no piece.
    func appendPieces(of word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) -> Bool {
        let before = ids.count
        var start = 0
        while start < word.count {
            guard let (id, length) = longestPiece(at: start, of: word) else {
                ids.removeSubrange(before...)
                return false
            }
            ids.append(id)
            start += length
        }
        return true
    }

    // Every piece is whole UTF-8, so a match that starts on a scalar ends on one.
    private func longestPiece(at start: Int, of word: UnsafeBufferPointer<UInt8>) -> (id: Int32, length: Int)? {
        let continues = start > 0
        let limit = min(longest, word.count - start)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: limit) { hashes in
            var hash = Hash.start(continues: continues)
            for i in 0..<limit {
                hash = Hash.adding(word[start + i], to: hash)
                hashes[i] = hash
            }
            for length in stride(from: limit, to: 0, by: -1) {
                let candidate = word[start..<(start + length)]
                if let id = find(candidate, hash: hashes[length - 1], continues: continues) { return (id, length) }
            }
            return nil
        }
    }

    private func find(_ piece: Slice<UnsafeBufferPointer<UInt8>>, hash: UInt32, continues: Bool) -> Int32? {
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let id = slots[slot]
            if equals(id, piece, continues: continues) { return id }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func equals(_ id: Int32, _ piece: Slice<UnsafeBufferPointer<UInt8>>, continues: Bool) -> Bool {
        let start = Int(starts[Int(id)])
        let count = Int(ends[Int(id)]) - start
        guard count == piece.count, self.continues(id) == continues else { return false }
        for i in 0..<count where bytes[start + i] != piece[piece.startIndex + i] { return false }
        return true
    }

    // The two marks stand directly before a continuing piece, since `insert` moved its start past them.
    private func continues(_ id: Int32) -> Bool {
        let start = Int(starts[Int(id)])
        return start >= 2 && bytes[start - 1] == UInt8(ascii: "#") && bytes[start - 2] == UInt8(ascii: "#")
    }

    /// Of two equal lines the later counts, as in the reference.
    private mutating func insert(_ id: Int32) {
        let line = Int(starts[Int(id)])..<Int(ends[Int(id)])
        guard !line.isEmpty, line.count <= Self.pieceBytesMax else { return }
        let continues =
            line.count > 2 && bytes[line.lowerBound] == UInt8(ascii: "#") && bytes[line.lowerBound + 1] == UInt8(ascii: "#")
        if continues { starts[Int(id)] += 2 }
        let piece = bytes[(line.lowerBound + (continues ? 2 : 0))..<line.upperBound]
        longest = max(longest, piece.count)
        let hash = piece.reduce(Hash.start(continues: continues)) { Hash.adding($1, to: $0) }
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] >= 0, !same(slots[slot], id) { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = id
    }

    private func same(_ a: Int32, _ b: Int32) -> Bool {
        continues(a) == continues(b)
            && bytes[Int(starts[Int(a)])..<Int(ends[Int(a)])] == bytes[Int(starts[Int(b)])..<Int(ends[Int(b)])]
    }

    /// FNV-1a, 32 bits, with another start for pieces inside a word.
    private enum Hash {
        static func start(continues: Bool) -> UInt32 { continues ? 0x811c_9dc5 ^ 0x9e37_79b9 : 0x811c_9dc5 }
        static func adding(_ byte: UInt8, to hash: UInt32) -> UInt32 { (hash ^ UInt32(byte)) &* 0x0100_0193 }
    }
}
