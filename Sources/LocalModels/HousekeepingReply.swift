/// Answers to the jobs that Open WebUI sends as `### Task:` prompts: a title from the user's first words, and empty lists where
/// only a language model could think of something.
enum HousekeepingReply {
    private static let titleWordsMax = 6
    private static let titleScalarsMax = 60

    /// `message` is the whole prompt of such a job.
    static func text(for message: String) -> String {
        for key in ["follow_ups", "tags", "queries"] where asks(message, for: key) { return "{\"\(key)\": []}" }
        for key in ["text", "prompt"] where asks(message, for: key) { return "{\"\(key)\": \"\"}" }
        let title = title(of: message)
        return asks(message, for: "title") ? "{\"title\": \"\(escaped(title))\"}" : title
    }

    private static func asks(_ message: String, for key: String) -> Bool {
        // The example of the wanted JSON stands before the chat, which may itself hold anything.
        let head = message.firstRange(of: "<chat_history>").map { message[..<$0.lowerBound] } ?? message[...]
        return head.contains("\"\(key)\"")
    }

    private static func title(of message: String) -> String {
        let lines = message.split(whereSeparator: \.isNewline)
        let spoken = lines.first { $0.hasPrefix("USER:") }.map { $0.dropFirst("USER:".count) } ?? ""
        let words = spoken.split(whereSeparator: \.isWhitespace).prefix(titleWordsMax).joined(separator: " ")
        let title = String(words.unicodeScalars.prefix(titleScalarsMax))
        return title.isEmpty ? "New chat" : title
    }

    /// RFC 8259 §7: quotation mark, reverse solidus and control characters are escaped.
    private static func escaped(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": output += "\\" + String(scalar)
            case "\u{0}"..."\u{1F}": output += " "
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }
}
