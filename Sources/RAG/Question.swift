/// The last user turn and the one before it: what retrieval looks for.
struct Question: Hashable, Sendable {
    /// The last user turn, without whitespace at either end.
    let text: String
    private let previous: String?

    /// Scalars of one turn that are embedded; encoders read some 250 tokens, so more would only cost time.
    static let scalarCountMax = 2_000
    /// How Open WebUI begins its requests for titles, tags and follow-up questions.
    static let housekeepingPrefix = "### Task:"

    /// Nil when no user turn has any text.
    init?(_ messages: [Message]) {
        let turns = messages.lazy.filter { $0.role == .user }.map(\.text.trimmed).filter { !$0.isEmpty }.suffix(2)
        guard let last = turns.last else { return nil }
        text = last
        previous = turns.count > 1 ? turns.first : nil
    }

    var isHousekeeping: Bool { text.hasPrefix(Self.housekeepingPrefix) }

    /// The plain question first; a follow-up adds the question joined with the turn before.
    var retrievalTexts: [String] {
        let question = text.bounded(scalarCountMax: Self.scalarCountMax)
        guard let previous else { return [question] }
        return [question, previous.bounded(scalarCountMax: Self.scalarCountMax) + "\n" + question]
    }
}
