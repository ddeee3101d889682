internal import RAG

/// A sentence chosen from a passage.
struct Quote: Hashable, Sendable {
    /// Index of the passage; its marker is one more.
    var passage: Int
    /// Index of the sentence within the passage.
    var sentence: Int
    var kind: SentenceSplitter.Sentence.Kind
    /// Verbatim but for whitespace, which is single spaces.
    var text: String
    var score: Double
}

/// Chooses the sentences that answer best.
///
/// Steps: split the passages; score every sentence by the question's rare words; keep the best `candidatesMax`; score these by the
/// cosine of their embeddings as well; add the passage's own rank; then take the best one by one, each time lowering what repeats
/// the words already taken, until nothing comes near the best or the answer is long enough.
struct QuoteRanker: Sendable {
    let embedder: (any Embedder)?
    var weights = Weights()
    /// Passages may hold hundreds of kilobytes, too much to split on the cooperative pool.
    var queue = WorkQueue(label: "outcrop.quotes", width: 2)

    /// Tuned on 200 questions of chunking_evaluation (speech and wikitexts) whose answer stood among six 800-character passages:
    /// some quote meets the reference span for 87 % of them, the first one for 65 %, at 2.7 quotes an answer.
    struct Weights: Sendable {
        var cosine = 1.0
        var words = 0.6
        var passage = 0.3
        /// What is left of the score of code, of the question's own words and of sentences without a telling word.
        var poor = 0.5
        /// How much of a sentence's score is lost when all its words were quoted already.
        var redundancy = 0.6
        /// Sentences below this part of the best score are not quoted.
        var nearness = 0.7
        /// The same for cosine and words alone, since a good passage's rank lifts its poor sentences as well.
        var relevance = 0.6
    }

    /// 32 find no more, 16 lose one answer in a hundred.
    static let candidatesMax = 24
    static let quotesMax = 5
    static let answerScalarsMax = 700
    /// What the encoder gets of one sentence; it reads about 250 tokens.
    static let sentenceScalarsMax = 1_000

    /// Best first; empty when the passages hold no sentence at all.
    func quotes(from passages: [Passage], for question: String) async throws -> [Quote] {
        var candidates = try await queue.run { Self.preselected(passages, question) }
        try await scoreMeaning(&candidates, question)
        Self.passQuestionsOn(&candidates, \.cosine)
        return choose(candidates)
    }

    /// By words and the passages' rank.
    private static func preselected(_ passages: [Passage], _ question: String) -> [Candidate] {
        var candidates = candidates(passages)
        scoreWords(&candidates, question)
        markPoor(&candidates, question)
        passQuestionsOn(&candidates, \.words)
        candidates.sort { ($0.words + $0.prior, $1.passage, $1.sentence) > ($1.words + $1.prior, $0.passage, $0.sentence) }
        return Array(candidates.prefix(candidatesMax))
    }

    struct Candidate: Sendable {
        var passage: Int
        var sentence: Int
        var kind: SentenceSplitter.Sentence.Kind
        var text: String
        var terms: Set<String>
        /// 0–1: the passage's score relative to the best one.
        var prior: Double
        /// 0–1: share of the question's word weight that the sentence holds.
        var words = 0.0
        var cosine = 0.0
        /// Code, or the question over again: quoted only when nothing else comes near.
        var isPoor = false

        var isQuestion: Bool { ["?", "？"].contains(text.unicodeScalars.last) }
    }

    private static func candidates(_ passages: [Passage]) -> [Candidate] {
        let best = max(passages.map(\.score).max() ?? 0, .leastNonzeroMagnitude)
        var seen: Set<String> = []
        var candidates: [Candidate] = []
        for (index, passage) in passages.enumerated() {
            let scalars = Array(passage.text.unicodeScalars)
            for (position, sentence) in SentenceSplitter.split(passage.text).enumerated() where sentence.kind != .heading {
                let text = collapsed(scalars[sentence.range])
                guard seen.insert(text).inserted else { continue }
                let prior = max(0, passage.score / best) / Double(index + 4) * 4
                candidates.append(
                    Candidate(
                        passage: index, sentence: position, kind: sentence.kind, text: text, terms: Set(Words.telling(in: text)),
                        prior: prior))
            }
        }
        return candidates
    }

    /// Whitespace becomes single spaces; nothing else changes.
    static func collapsed(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        scalars.split { $0.properties.isWhitespace }.map { word in
            var view = String.UnicodeScalarView()
            view.append(contentsOf: word)
            return String(view)
        }.joined(separator: " ")
    }

    /// A word in few of the sentences tells more than one in many.
    private static func scoreWords(_ candidates: inout [Candidate], _ question: String) {
        let wanted = Set(Words.telling(in: question))
        var weight: [String: Double] = [:]
        for term in wanted {
            let count = candidates.count { $0.terms.contains(term) }
            if count > 0 { weight[term] = logarithm(1 + Double(candidates.count) / Double(count)) }
        }
        let total = weight.values.reduce(0, +)
        guard total > 0 else { return }
        for index in candidates.indices {
            let held = weight.reduce(0) { $0 + (candidates[index].terms.contains($1.key) ? $1.value : 0) }
            candidates[index].words = held / total
        }
    }

    private func scoreMeaning(_ candidates: inout [Candidate], _ question: String) async throws {
        guard let embedder, !candidates.isEmpty, !question.isEmpty else { return }
        async let questionVectors = embedder.embed([question], purpose: .query)
        let texts = candidates.map { String($0.text.unicodeScalars.prefix(Self.sentenceScalarsMax)) }
        let vectors = try await embedder.embed(texts, purpose: .sentence)
        guard let wanted = try await questionVectors.first, vectors.count == candidates.count else { return }
        for index in candidates.indices {
            candidates[index].cosine = Double(zip(vectors[index], wanted).reduce(Float(0)) { $0 + $1.0 * $1.1 })
        }
    }

    /// A question in a document (an FAQ) is like the user's but answers nothing: the sentence after it inherits its score.
    private static func passQuestionsOn(_ candidates: inout [Candidate], _ score: WritableKeyPath<Candidate, Double>) {
        let places = Dictionary(
            candidates.indices.map { ([candidates[$0].passage, candidates[$0].sentence], $0) },
            uniquingKeysWith: { first, _ in first })
        for index in candidates.indices where candidates[index].isQuestion {
            let asked = candidates[index][keyPath: score]
            candidates[index][keyPath: score] = asked / 2
            guard let next = places[[candidates[index].passage, candidates[index].sentence + 1]], !candidates[next].isQuestion
            else { continue }
            candidates[next][keyPath: score] = max(candidates[next][keyPath: score], asked * 0.95)
        }
    }

    private static func markPoor(_ candidates: inout [Candidate], _ question: String) {
        let wanted = Set(Words.telling(in: question))
        let asked = Words.all(in: question)
        for index in candidates.indices {
            let candidate = candidates[index]
            let addsNothing = wanted.count > 1 && !candidate.terms.isEmpty && candidate.terms.isSubset(of: wanted)
            // A question mark: "price of the drill" may well stand in the sentence that tells it.
            let holdsQuestion =
                asked.count >= questionWordsMin && candidate.text.utf8.contains(UInt8(ascii: "?"))
                && Words.all(in: candidate.text).contains(asked)
            candidates[index].isPoor = candidate.kind == .code || looksLikeCode(candidate.text) || addsNothing || holdsQuestion
        }
    }

    private static let questionWordsMin = 4

    /// JSON, source and markup hold more of these signs than any sentence: over a sixth of the letters.
    static func looksLikeCode(_ text: String) -> Bool {
        var (signs, letters) = (0, 0)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...: letters += 1
            case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8(ascii: "="), UInt8(ascii: ";"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"),
                UInt8(ascii: "_"):
                signs += 1
            default: break
            }
        }
        return signs >= 4 && signs * 6 > letters
    }

    private func choose(_ candidates: [Candidate]) -> [Quote] {
        var left = candidates
        var chosen: [Quote] = []
        var quoted: Set<String> = []
        var length = 0
        var best = 0.0
        var bestRelevance = 0.0
        while chosen.count < Self.quotesMax, !left.isEmpty {
            let scores = left.map { score($0, quoted: quoted) }
            guard let index = scores.indices.max(by: { (scores[$0], $1) < (scores[$1], $0) }) else { break }
            let candidate = left.remove(at: index)
            if chosen.isEmpty { (best, bestRelevance) = (scores[index], relevance(candidate)) }
            guard scores[index] >= best * weights.nearness || chosen.isEmpty else { break }
            guard relevance(candidate) >= bestRelevance * weights.relevance else { continue }
            let added = candidate.text.unicodeScalars.count
            guard chosen.isEmpty || length + added <= Self.answerScalarsMax else { continue }
            length += added
            quoted.formUnion(candidate.terms)
            chosen.append(
                Quote(
                    passage: candidate.passage, sentence: candidate.sentence, kind: candidate.kind, text: candidate.text,
                    score: scores[index]))
        }
        return chosen
    }

    private func relevance(_ candidate: Candidate) -> Double {
        weights.cosine * candidate.cosine + weights.words * candidate.words
    }

    private func score(_ candidate: Candidate, quoted: Set<String>) -> Double {
        let plain = relevance(candidate) + weights.passage * candidate.prior
        guard !candidate.terms.isEmpty, !candidate.isPoor else { return plain * weights.poor }
        let repeated = Double(candidate.terms.intersection(quoted).count) / Double(candidate.terms.count)
        return plain * (1 - weights.redundancy * repeated * repeated)
    }
}
