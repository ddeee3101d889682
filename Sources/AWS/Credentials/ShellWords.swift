/// Splits a section's name as a shell would (Python's `shlex.split`), so that `[profile "two words"]` has two words.
enum ShellWords {
    /// Nil when a quotation is not closed.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String.UnicodeScalarView?
        var quote: Unicode.Scalar?
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            if let open = quote {
                if scalar == open {
                    quote = nil
                } else if scalar == "\\", open == "\"" {
                    // Within double quotes only the quote itself and the backslash can be escaped (POSIX).
                    guard let next = scalars.next() else { return nil }
                    if next != "\"", next != "\\" { word?.append("\\") }
                    word?.append(next)
                } else {
                    word?.append(scalar)
                }
            } else if scalar == " " || scalar == "\t" {
                if let complete = word { words.append(String(complete)) }
                word = nil
            } else {
                if word == nil { word = String.UnicodeScalarView() }
                if scalar == "\"" || scalar == "'" {
                    quote = scalar
                } else if scalar == "\\" {
                    guard let next = scalars.next() else { return nil }
                    word?.append(next)
                } else {
                    word?.append(scalar)
                }
            }
        }
        guard quote == nil else { return nil }
        if let complete = word { words.append(String(complete)) }
        return words
    }
}
