internal import RAG

/// The words sentences are compared with: the last question, and for one that leans on the turn before, that turn as well.
struct RankingQuestion {
    let text: String

    /// With fewer words of its own, a question such as "and its price?" is understood only after the one before.
    private static let ownWordsMin = 3

    init(_ messages: [Message]) {
        let question = Question(messages)
        let plain = question?.text ?? ""
        text = Self.leansOnContext(plain) ? question?.withPreviousTurn ?? plain : plain
    }

    static func leansOnContext(_ question: String) -> Bool {
        let words = Words.all(in: question)
        let isPointing = words.contains(where: pointers.contains)
        return Set(Words.telling(in: question)).count < (isPointing ? ownWordsMin * 2 : ownWordsMin)
    }

    private static let pointers: Set<String> = [
        "it", "its", "they", "them", "their", "that", "this", "these", "those", "he", "she", "his", "her", "there", "one", "same",
        "er", "sie", "es", "dies", "diese", "dessen", "il", "elle", "son", "sa", "ses", "eso", "esto", "su", "sus",
    ]
}
