internal import RAG

/// What can be told without a model.
enum IntentRules {
    enum Decision: Hashable {
        case decided(Intent)
        /// Short, and neither plainly small talk nor plainly a question to the documents.
        case open
    }

    /// Longer messages carry a subject.
    static let openWordsMax = 10
    /// Scalars of a message that are looked at, and of a reply's end. Scalars throughout, because comparing Characters normalises
    /// them, which takes the square of the number of combining marks.
    static let scalarsMax = 2_000
    static let replyScalarsMax = 200

    static func decide(_ message: String, after reply: String?) -> Decision {
        if let talk = SmallTalk(message) {
            // "ok" after "Shall I look that up?" means yes.
            let answersQuestion = talk.topic == .acknowledgement && reply.map(endsInQuestionMark) == true
            return .decided(answersQuestion ? .retrieval : .casual)
        }
        let scalars = Array(message.unicodeScalars.prefix(scalarsMax))
        let words = Words.all(in: message, scalarsMax: scalarsMax)
        guard !words.isEmpty else { return .decided(.retrieval) }
        let isPlain =
            words.count <= openWordsMax && !words.contains(where: subjects.contains)
            && !scalars.contains(where: { $0.properties.numericType != nil || signs.contains($0) }) && !namesFile(scalars)
        return isPlain ? .open : .decided(.retrieval)
    }

    private static func endsInQuestionMark(_ reply: String) -> Bool {
        reply.unicodeScalars.suffix(replyScalarsMax).last { !$0.properties.isWhitespace } == "?"
    }

    /// A dot inside a word: `report.pdf`, `example.org`, `e.g.`
    private static func namesFile(_ scalars: [Unicode.Scalar]) -> Bool {
        scalars.indices.dropFirst().dropLast().contains { index in
            scalars[index] == "." && scalars[index - 1].properties.isAlphabetic && scalars[index + 1].properties.isAlphabetic
        }
    }

    /// Signs of quoting, addressing, amounts and code.
    static let signs: Set<Unicode.Scalar> = ["\"", "“", "”", "„", "«", "»", "`", "/", "#", "@", "$", "€", "%", "<", "{"]

    /// Words of asking about content; one is enough.
    private static let subjects: Set<String> = Set(
        """
        document documents doc docs file files pdf page pages report reports contract contracts policy policies manual guide handbook
        section chapter table figure according cite source sources summarize summarise summary find search list compare explain
        define definition meaning price cost costs deadline date when where why which version error
        dokument dokumente datei bericht vertrag seite warum wann wo welche fasse fichier rapport contrat pourquoi quand où
        documento documentos archivo informe contrato página cuándo cuando dónde cuál
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
