internal import RAG

/// BERT's tokenizer: cleaning, splitting into words, then greedy longest-match-first pieces of a vocabulary.
///
/// Follows Hugging Face tokenizers' BertNormalizer, BertPreTokenizer and WordPiece: control and format characters, NUL and U+FFFD
/// are dropped; white space separates; each CJK ideograph and each punctuation mark is a word of its own; accents are stripped
/// (NFD, then no Mn) and letters lower-cased one scalar at a time, if the model asks for it. `[CLS]`, `[SEP]`, `[MASK]`, `[PAD]`
/// and `[UNK]` written in a text stand for those tokens, as there.
package struct WordPieceTokenizer: Sendable {
    /// A longer word becomes `[UNK]`.
    package static let wordScalarsMax = 100

    package struct Options: Hashable, Sendable {
        package var lowerCase: Bool
        package var stripAccents: Bool
        package var spaceIdeographs: Bool

        package init(lowerCase: Bool = true, stripAccents: Bool = true, spaceIdeographs: Bool = true) {
            self.lowerCase = lowerCase
            self.stripAccents = stripAccents
            self.spaceIdeographs = spaceIdeographs
        }

        /// Part of a model's fingerprint; its spelling must not change.
        var summary: String { "lower \(lowerCase) accents \(stripAccents) ideographs \(spaceIdeographs)" }
    }

    package let vocabulary: Vocabulary
    package let options: Options
    private let scanner: BertScanner
    private let unknown: Int32
    private let classify: Int32
    private let separator: Int32
    /// `[CLS]` and the like, as UTF-8, with their ids.
    private let literals: [(text: [UInt8], id: Int32)]

    /// Throws `OutcropFailure` when the vocabulary lacks `[UNK]`, `[CLS]` or `[SEP]`.
    package init(vocabulary: Vocabulary, options: Options = Options()) throws {
        func id(_ token: String) throws -> Int32 {
            guard let id = vocabulary.id(of: token) else { throw OutcropFailure.model("vocab.txt: \(token) is missing.") }
            return id
        }
        self.vocabulary = vocabulary
        self.options = options
        scanner = BertScanner(options: options)
        unknown = try id("[UNK]")
        classify = try id("[CLS]")
        separator = try id("[SEP]")
        literals = ["[UNK]", "[CLS]", "[SEP]", "[MASK]", "[PAD]"].compactMap { token in
            vocabulary.id(of: token).map { (Array(token.utf8), $0) }
        }
    }

    /// `[CLS]`, the text's pieces, `[SEP]`: at most `countMax` ids (two or more), the text's end cut off.
    /// Stops once they are full; what follows is looked through for `[` at most.
    package func encode(_ text: String, countMax: Int = .max) -> [Int32] {
        precondition(countMax >= 2)
        let room = countMax - 1
        var ids = [classify]
        guard ids.count < room else { return ids + [separator] }
        read(text, appendingTo: &ids) { $0.count < room }
        ids.removeSubrange(min(room, ids.count)...)
        return ids + [separator]
    }

    /// The number of ids of the whole text, as `encode` would give them, without holding them.
    package func count(_ text: String) -> Int {
        var total = 2
        var ids: [Int32] = []
        read(text, appendingTo: &ids) { ids in
            total += ids.count
            ids.removeAll(keepingCapacity: true)
            return true
        }
        return total
    }

    /// Appends the text's ids word by word; `goesOn` sees them after each and may take them away.
    private func read(_ text: String, appendingTo ids: inout [Int32], _ goesOn: (inout [Int32]) -> Bool) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            var isFull = false
            while start < bytes.count, !isFull {
                let literal = nextLiteral(in: bytes, from: start)
                let plain = UnsafeBufferPointer(rebasing: bytes[start..<(literal?.at ?? bytes.count)])
                scanner.words(in: plain) { word, scalarCount in
                    if scalarCount > Self.wordScalarsMax || !vocabulary.appendPieces(of: word, to: &ids) { ids.append(unknown) }
                    isFull = !goesOn(&ids)
                    return !isFull
                }
                guard let literal, !isFull else { return }
                ids.append(literals[literal.which].id)
                isFull = !goesOn(&ids)
                start = literal.at + literals[literal.which].text.count
            }
        }
    }

    private func nextLiteral(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (at: Int, which: Int)? {
        for at in start..<bytes.count where bytes[at] == UInt8(ascii: "[") {
            // The second letter tells them apart, so that a text of nothing but brackets is quick.
            guard at + 1 < bytes.count, let which = literals.firstIndex(where: { $0.text[1] == bytes[at + 1] }) else { continue }
            if bytes[at...].starts(with: literals[which].text) { return (at, which) }
        }
        return nil
    }
}
