/// Cuts HTML into tags and text in one pass, without recursion: a subset of the WHATWG tokenizer (HTML §13.2.5).
///
/// Comments, doctypes and processing instructions are skipped. Attributes are scanned over, because a quoted `>` does not end a tag,
/// but not kept. The contents of script, style and their like (raw text) never become tokens.
struct HTMLTokenizer {
    enum Token: Equatable {
        /// A range of the bytes, entities not yet decoded.
        case text(Range<Int>)
        /// Lower-case name.
        case start(String)
        case end(String)
        /// The contents of the `title` element.
        case title(Range<Int>)
    }

    let bytes: [UInt8]
    private var position = 0
    /// Raw text elements whose end tag no longer occurs: one search for each keeps the cost linear.
    private var unclosed: Set<String> = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func next() -> Token? {
        while position < bytes.count {
            let start = position
            guard bytes[start] == UInt8(ascii: "<"), let second = byte(start + 1) else { return text(from: start) }
            if second.isASCIILetter {
                guard let token = startTag() else { continue }
                return token
            }
            if second == UInt8(ascii: "/"), let third = byte(start + 2), third.isASCIILetter {
                guard let name = tag(nameAt: start + 2) else { continue }
                return .end(name)
            }
            guard second == UInt8(ascii: "!") || second == UInt8(ascii: "?") || second == UInt8(ascii: "/") else {
                return text(from: start)
            }
            skipMarkup()
        }
        return nil
    }

    private func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Up to the next `<`; a `<` at `start` is itself text.
    private mutating func text(from start: Int) -> Token {
        position = bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        return .text(start..<position)
    }

    /// A comment, or what the standard calls a bogus comment: everything to the next `>`.
    private mutating func skipMarkup() {
        if bytes[position...].starts(with: "<!--".utf8) {
            // `<!-->` and `<!--->` are complete comments.
            position += 2
            while position < bytes.count {
                position += 1
                if byte(position) == UInt8(ascii: ">"), bytes[position - 1] == 0x2D, bytes[position - 2] == 0x2D { break }
                let isBangClose =
                    byte(position) == UInt8(ascii: ">") && bytes[position - 1] == UInt8(ascii: "!")
                    && bytes[position - 2] == 0x2D && bytes[position - 3] == 0x2D
                if isBangClose { break }
            }
        } else {
            position = bytes[position...].firstIndex(of: UInt8(ascii: ">")) ?? bytes.count
        }
        position = min(position + 1, bytes.count)
    }

    private mutating func startTag() -> Token? {
        guard let name = tag(nameAt: position + 1) else { return nil }
        guard Self.rawText.contains(name), let contents = rawContents(of: name) else { return .start(name) }
        return name == "title" ? .title(contents) : nil
    }

    /// Scans over a tag and returns its name; nil at the end of the file, where an unfinished tag is dropped.
    private mutating func tag(nameAt start: Int) -> String? {
        let nameEnd = bytes[start...].firstIndex { $0.isASCIISpace || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ">") }
        position = nameEnd ?? bytes.count
        skipAttributes()
        guard position < bytes.count else { return nil }
        position += 1
        // No element that matters has a longer name.
        return String(decoding: bytes[start..<min(nameEnd ?? start, start + 16)].map(\.asciiLowercased), as: UTF8.self)
    }

    /// To the `>` that ends the tag. A quote counts only right after `=`.
    private mutating func skipAttributes() {
        var isAfterEquals = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: ">") { return }
            if isAfterEquals, byte == 0x22 || byte == 0x27 {
                position = bytes[(position + 1)...].firstIndex(of: byte) ?? bytes.count
            }
            isAfterEquals = byte == UInt8(ascii: "=") || (isAfterEquals && byte.isASCIISpace)
            position = min(position + 1, bytes.count)
        }
    }

    private static let rawText: Set<String> = [
        "script", "style", "title", "textarea", "iframe", "noembed", "noframes", "noscript",
    ]
    /// Left open, these hide the rest of the page in a browser too; the others are then taken as ordinary elements.
    private static let hidesRest: Set<String> = ["script", "style"]

    /// Moves past `</name>` and returns what stood before it; nil when the element is never closed.
    private mutating func rawContents(of name: String) -> Range<Int>? {
        let start = position
        guard !unclosed.contains(name) else { return nil }
        let needle = Array("</\(name)".utf8)
        var cursor = start
        while let open = bytes[cursor...].firstIndex(of: UInt8(ascii: "<")) {
            let nameEnd = open + needle.count
            cursor = open + 1
            guard nameEnd < bytes.count, zip(bytes[open..<nameEnd], needle).allSatisfy({ $0.asciiLowercased == $1 }),
                bytes[nameEnd].isASCIISpace || bytes[nameEnd] == UInt8(ascii: ">") || bytes[nameEnd] == UInt8(ascii: "/")
            else { continue }
            position = nameEnd
            skipAttributes()
            position = min(position + 1, bytes.count)
            return start..<open
        }
        unclosed.insert(name)
        if Self.hidesRest.contains(name) { position = bytes.count }
        return nil
    }
}
