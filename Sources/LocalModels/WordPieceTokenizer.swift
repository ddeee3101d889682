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
    /// Stops reading once they are full, so a long text costs no more than its beginning.
    package func encode(_ text: String, countMax: Int = .max) -> [Int32] {
        precondition(countMax >= 2)
        var ids = [classify]
        let room = countMax - 1
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            while start < bytes.count, ids.count < room {
                let literal = nextLiteral(in: bytes, from: start)
                append(UnsafeBufferPointer(rebasing: bytes[start..<(literal?.at ?? bytes.count)]), to: &ids, room: room)
                guard let literal else { break }
                if ids.count < room { ids.append(literals[literal.which].id) }
                start = literal.at + literals[literal.which].text.count
            }
        }
        ids.append(separator)
        return ids
    }

    private func append(_ bytes: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], room: Int) {
        scanner.words(in: bytes) { word, scalarCount in
            if scalarCount > Self.wordScalarsMax || !vocabulary.appendPieces(of: word, to: &ids) { ids.append(unknown) }
            guard ids.count >= room else { return true }
            ids.removeSubrange(room...)
            return false
        }
    }

    private func nextLiteral(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (at: Int, which: Int)? {
        var at = start
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "["), let which = literals.firstIndex(where: { bytes[at...].starts(with: $0.text) }) {
                return (at, which)
            }
            at += 1
        }
        return nil
    }
}
