/// The last user turn and the one before it: what retrieval looks for and extractive answers are ranked by.
///
/// Whoever embeds the question takes its text from here, so that all ask for the same vector.
package struct Question: Hashable, Sendable {
    /// The last user turn, without whitespace at either end, cut in the middle when it is long.
    package let text: String
    /// The turn before and the question; nil for the first question.
    package let withPreviousTurn: String?

    /// Encoders read some 250 tokens, about as many as this.
    package static let scalarCountMax = 1_000
    /// Of the turn before, so that the question after it is still read.
    package static let previousScalarCountMax = 400

    /// Nil when no user turn has any text that can be seen.
    package init?(_ messages: [Message]) {
        var turns: [String] = []
        // From the end and each turn once: a request may hold megabytes.
        for message in messages.reversed() where message.role == .user && turns.count < 2 {
            let text = message.text.trimmed
            if !text.isBlank { turns.append(text) }
        }
        guard let text = turns.first?.bounded(scalarCountMax: Self.scalarCountMax) else { return nil }
        self.text = text
        withPreviousTurn = turns.dropFirst().first.map { $0.bounded(scalarCountMax: Self.previousScalarCountMax) + "\n" + text }
    }

    /// How Open WebUI begins its requests for titles, tags and follow-up questions, which are no questions to the documents.
    package var isHousekeeping: Bool { text.utf8.starts(with: "### Task:".utf8) }

    /// The plain question first; a follow-up adds the question joined with the turn before.
    var retrievalTexts: [String] { [text] + (withPreviousTurn.map { [$0] } ?? []) }
}
