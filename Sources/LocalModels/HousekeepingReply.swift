/// Answers to the jobs that Open WebUI sends as `### Task:` prompts: a title from the user's first words, and empty lists where
/// only a language model could think of something.
enum HousekeepingReply {
    private static let titleWordsMax = 6
    private static let titleScalarsMax = 60

    /// Of the prompt; the wanted form stands at its beginning and the first turn soon after.
    private static let messageBytesMax = 65_536

    /// `message` is the whole prompt of such a job. Read as bytes: comparing Characters takes the square of the combining marks.
    static func text(for message: String) -> String {
        let message = Array(message.utf8.prefix(messageBytesMax))
        for key in ["follow_ups", "tags", "queries"] where asks(message, for: key) { return "{\"\(key)\": []}" }
        for key in ["text", "prompt"] where asks(message, for: key) { return "{\"\(key)\": \"\"}" }
        let title = title(of: message)
        return asks(message, for: "title") ? "{\"title\": \"\(escaped(title))\"}" : title
    }

    private static func asks(_ message: [UInt8], for key: String) -> Bool {
        // The example of the wanted JSON stands before the chat, which may itself hold anything.
        let head = message.firstRange(of: Array("<chat_history>".utf8)).map { message[..<$0.lowerBound] } ?? message[...]
        return head.firstRange(of: Array("\"\(key)\"".utf8)) != nil
    }

    private static func title(of message: [UInt8]) -> String {
        let mark = "USER:".utf8
        let lines = message.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let spoken = lines.first { $0.starts(with: mark) }.map { $0.dropFirst(mark.count) } ?? []
        let words = String(decoding: spoken, as: UTF8.self).unicodeScalars.split(maxSplits: titleWordsMax) { scalar in
            scalar.properties.isWhitespace
        }
        let title = String(
            words.prefix(titleWordsMax).map { String($0) }.joined(separator: " ").unicodeScalars.prefix(titleScalarsMax))
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
