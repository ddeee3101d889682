/// Markdown is stored as it stands, so that a citation is verbatim for whoever opens the file; only its headings are read.
///
/// CommonMark 0.31 §4.2 (ATX), §4.3 (Setext), §4.5 (fenced code), and YAML front matter's `title`.
struct MarkdownText {
    let headingsMax: Int
    private var headings: [ExtractedDocument.Heading] = []
    private var fence: (byte: UInt8, count: Int)?
    /// Where the paragraph started that an underline would turn into a heading.
    private var paragraph: (offset: Int, bytes: Range<Int>)?
    private var title: String?

    init(headingsMax: Int) {
        self.headingsMax = headingsMax
    }

    func document(_ text: String) -> ExtractedDocument {
        var scanner = self
        var text = text
        text.makeContiguousUTF8()
        let bytes = Array(text.utf8)
        scanner.scan(bytes)
        let first = scanner.headings.first { $0.level == 1 } ?? scanner.headings.first
        return ExtractedDocument(text: text, headings: scanner.headings, title: scanner.title ?? first?.title)
    }

    private mutating func scan(_ bytes: [UInt8]) {
        var (start, offset) = frontMatterEnd(bytes)
        while start < bytes.count, headings.count < headingsMax {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            readLine(bytes, start..<end, offset)
            offset += scalarCount(bytes[start..<end]) + 1
            start = end + 1
        }
    }

    private mutating func readLine(_ bytes: [UInt8], _ line: Range<Int>, _ offset: Int) {
        let body = bytes[line].drop { $0 == 0x20 }
        let indent = body.startIndex - line.lowerBound
        let trimmed = body.trimmingASCIISpace
        if let open = fence {
            let run = body.prefix { $0 == open.byte }
            if indent < 4, run.count >= open.count, run.count == trimmed.count { fence = nil }
            return
        }
        guard indent < 4, let first = trimmed.first, body.first != 0x09 else {
            // A blank line ends a paragraph; an indented one continues it or is code.
            if trimmed.isEmpty { paragraph = nil }
            return
        }
        if let opened = openedFence(trimmed) { (fence, paragraph) = (opened, nil); return }
        if first == UInt8(ascii: "#"), readATX(bytes, trimmed, offset + indent) { paragraph = nil; return }
        if let paragraph, let level = underlineLevel(trimmed) {
            append(bytes[paragraph.bytes], paragraph.offset, level)
            self.paragraph = nil
            return
        }
        if isOtherBlock(trimmed) { paragraph = nil; return }
        paragraph = (paragraph?.offset ?? offset + indent, (paragraph?.bytes.lowerBound ?? trimmed.startIndex)..<trimmed.endIndex)
    }

    private func openedFence(_ line: ArraySlice<UInt8>) -> (byte: UInt8, count: Int)? {
        guard let byte = line.first, byte == UInt8(ascii: "`") || byte == UInt8(ascii: "~") else { return nil }
        let count = line.prefix { $0 == byte }.count
        // An info string after backticks holds none itself, else it is inline code.
        let isInline = byte == UInt8(ascii: "`") && line.dropFirst(count).contains(byte)
        return count >= 3 && !isInline ? (byte, count) : nil
    }

    /// Quotes, tables, list items and thematic breaks are no paragraph that an underline could turn into a heading.
    private func isOtherBlock(_ line: ArraySlice<UInt8>) -> Bool {
        guard let first = line.first else { return true }
        if first == UInt8(ascii: ">") || first == UInt8(ascii: "|") || underlineLevel(line) != nil { return true }
        let isBullet = first == UInt8(ascii: "-") || first == UInt8(ascii: "*") || first == UInt8(ascii: "+")
        if isBullet { return line.dropFirst().first?.isASCIISpace == true }
        let rest = line.drop(while: \.isASCIIDigit)
        let isNumbered = rest.startIndex > line.startIndex && (rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ")"))
        return isNumbered && rest.dropFirst().first?.isASCIISpace == true
    }

    private func underlineLevel(_ line: ArraySlice<UInt8>) -> Int? {
        guard let byte = line.first, byte == UInt8(ascii: "=") || byte == UInt8(ascii: "-") else { return nil }
        return line.allSatisfy { $0 == byte } ? (byte == UInt8(ascii: "=") ? 1 : 2) : nil
    }

    /// `offset` is that of the line's first `#`. False when it is no heading (`#tag`, seven signs).
    private mutating func readATX(_ bytes: [UInt8], _ line: ArraySlice<UInt8>, _ offset: Int) -> Bool {
        let level = line.prefix { $0 == UInt8(ascii: "#") }.count
        let rest = line.dropFirst(level)
        guard level <= 6, rest.isEmpty || rest.first == 0x20 || rest.first == 0x09 else { return false }
        let content = rest.drop { $0 == 0x20 || $0 == 0x09 }
        var closed = content
        while closed.last == UInt8(ascii: "#") { closed.removeLast() }
        // Closing signs count as such only after white space: `# C#` keeps its own.
        let title = closed.isEmpty || closed.last == 0x20 || closed.last == 0x09 ? closed.trimmingASCIISpace : content
        append(title, offset + content.startIndex - line.startIndex, level)
        return true
    }

    private mutating func append(_ title: ArraySlice<UInt8>, _ offset: Int, _ level: Int) {
        guard let words = HeadingTitle.bounded(title) else { return }
        headings.append(.init(offset: offset + HeadingTitle.leadingSpaceCount(title), level: level, title: words))
    }

    /// Past a YAML block between `---` lines at the very start, whose `title:` is kept; (0, 0) without one.
    private mutating func frontMatterEnd(_ bytes: [UInt8]) -> (byte: Int, offset: Int) {
        let linesMax = 200
        var start = 0
        var found: String?
        for number in 0..<linesMax where start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            let line = bytes[start..<end].trimmingASCIISpace
            let isRule = line.elementsEqual("---".utf8) || (number > 0 && line.elementsEqual("...".utf8))
            if number == 0, !isRule { return (0, 0) }
            start = min(end + 1, bytes.count)
            if number > 0, isRule {
                title = found
                return (start, scalarCount(bytes[..<start]))
            }
            if line.starts(with: "title:".utf8) {
                let value = line.dropFirst(6).trimmingASCIISpace
                let isQuoted = value.count >= 2 && value.first == value.last && (value.first == 0x22 || value.first == 0x27)
                found = HeadingTitle.bounded(isQuoted ? value.dropFirst().dropLast() : value)
            }
        }
        return (0, 0)
    }
}

/// A heading's own words, one line, short enough to be repeated with every chunk below it.
enum HeadingTitle {
    static let scalarCountMax = 200

    /// White space runs become one space; nil when nothing is left.
    static func bounded(_ bytes: ArraySlice<UInt8>) -> String? {
        var title = String.UnicodeScalarView()
        var owesSpace = false
        var scalarCount = 0
        for scalar in scalars(bytes) {
            if scalar.isWhiteSpace {
                owesSpace = scalarCount > 0
                continue
            }
            scalarCount += owesSpace ? 2 : 1
            guard scalarCount <= scalarCountMax else { break }
            if owesSpace { title.append(" ") }
            title.append(scalar)
            owesSpace = false
        }
        return title.isEmpty ? nil : String(title)
    }

    /// How many scalars of white space precede the title: it may be such as is no syntax, a no-break space for example.
    static func leadingSpaceCount(_ bytes: ArraySlice<UInt8>) -> Int {
        scalars(bytes).prefix(while: \.isWhiteSpace).count
    }

    /// A title has at most four bytes a scalar; as many again are looked at for the sake of white space, whatever follows is not.
    private static func scalars(_ bytes: ArraySlice<UInt8>) -> String.UnicodeScalarView {
        String(decoding: bytes.prefixOfWholeScalars(scalarCountMax * 8), as: UTF8.self).unicodeScalars
    }
}

func scalarCount(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $1 & 0xC0 != 0x80 ? $0 + 1 : $0 }
}

extension ArraySlice<UInt8> {
    /// At most so many bytes, and no UTF-8 sequence cut in two.
    func prefixOfWholeScalars(_ byteCountMax: Int) -> ArraySlice<UInt8> {
        guard count > byteCountMax else { return self }
        var end = startIndex + byteCountMax
        while end > startIndex, self[end] & 0xC0 == 0x80 { end -= 1 }
        return self[..<end]
    }

    var trimmingASCIISpace: ArraySlice<UInt8> {
        var slice = drop(while: \.isASCIISpace)
        while let last = slice.last, last.isASCIISpace { slice.removeLast() }
        return slice
    }
}
