import Testing

@testable import AWSAdapters

struct StopScannerTests {
    /// What one look at the whole text gives.
    private static func cut(_ text: [UInt8], at sequences: [[UInt8]]) -> [UInt8] {
        let end = text.indices.first { start in sequences.contains { text[start...].starts(with: $0) } }
        return Array(text[..<(end ?? text.endIndex)])
    }

    @Test func `cuts where one look at the whole text would, however it is split`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        let letters = ["a", "b", "ab", "é", "e\u{301}", "\u{1F600}", "\n"]
        func word() -> String {
            (0..<Int.random(in: 1...4, using: &random)).map { _ in letters[Int.random(in: 0..<7, using: &random)] }.joined()
        }
        for _ in 0..<5_000 {
            let sequences = (0..<Int.random(in: 1...4, using: &random)).map { _ in word() }
            let pieces = (0..<Int.random(in: 0...6, using: &random)).map { _ in word() }
            var scanner = StopScanner(sequences)
            let shown = pieces.map { scanner.read($0) }.joined() + scanner.finish()
            let expected = Self.cut(Array(pieces.joined().utf8), at: sequences.map { Array($0.utf8) })
            guard Array(shown.utf8) == expected else {
                Issue.record("seed \(seed): \(pieces) cut at \(sequences) gave \(shown)")
                return
            }
        }
    }
}
