/// Finds the sentences of a text: prose at its full stops, and headings, list items, table rows and lines of code one by one.
///
/// Steps: lines are gathered into blocks (a blank line, a page break, a heading, a list item, a table row or a fence of Markdown
/// code ends one), so that a sentence may run over wrapped lines; then each block is cut behind terminators that end a sentence (`SentenceEnd`).
package enum SentenceSplitter {
    package struct Sentence: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case prose, heading, listItem, tableRow, code
        }

        /// Unicode-scalar offsets into the text, without whitespace at either end.
        package var range: Range<Int>
        package var kind: Kind
    }

    /// In the order of the text; pieces without any letter or digit (rules, fences) are left out.
    package static func split(_ text: String) -> [Sentence] {
        let scalars = Array(text.unicodeScalars)
        return blocks(scalars).flatMap { block in
            cut(block, scalars).compactMap { range in
                let range = trimmed(range, scalars)
                guard scalars[range].contains(where: \.isWordPart) else { return nil }
                return Sentence(range: range, kind: block.kind)
            }
        }
    }

    private static func blocks(_ scalars: [Unicode.Scalar]) -> [Sentence] {
        var blocks: [Sentence] = []
        var isOpen = false
        let lines = lines(scalars).map { trimmed($0, scalars) }
        var isCode = startsInCode(lines, scalars)
        for content in lines {
            guard !content.isEmpty else {
                isOpen = false
                continue
            }
            if isFence(content, scalars) {
                isCode.toggle()
                isOpen = false
                continue
            }
            let kind = isCode ? .code : kind(of: content, scalars)
            // An indented or plain line after a list item goes on with the item.
            if isOpen, kind == .prose, let last = blocks.last, !isShortLine(last, before: content, scalars) {
                blocks[blocks.count - 1].range = last.range.lowerBound..<content.upperBound
            } else {
                blocks.append(Sentence(range: content, kind: kind))
            }
            isOpen = kind == .prose || kind == .listItem
        }
        return blocks
    }

    /// A line much shorter than the one below, which starts anew with a capital: a title or a label, not wrapped prose.
    private static func isShortLine(_ block: Sentence, before next: Range<Int>, _ scalars: [Unicode.Scalar]) -> Bool {
        guard block.kind == .prose, !scalars[block.range].contains("\n") else { return false }
        return block.range.count * 2 < next.count && block.range.count < 60 && scalars[next.lowerBound].properties.isUppercase
            && ![",", "-", "–", ";"].contains(scalars[block.range.upperBound - 1])
    }

    private static func lines(_ scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        for (index, scalar) in scalars.enumerated() where scalar.isLineBreak {
            lines.append(start..<index)
            // A page break also ends the block, as an empty line does.
            if scalar == "\u{0C}" { lines.append(index..<index) }
            start = index + 1
        }
        lines.append(start..<scalars.count)
        return lines
    }

    /// CommonMark 4.5: three or more backticks or tildes, with a language where code begins.
    private static func isFence(_ line: Range<Int>, _ scalars: [Unicode.Scalar]) -> Bool {
        guard let sign = scalars[line].first, sign == "`" || sign == "~" else { return false }
        let rest = scalars[line].drop { $0 == sign }
        return line.upperBound - line.lowerBound - rest.count >= 3 && !rest.contains("`")
    }

    /// A passage may be cut out of the middle of code: then its fences are odd in number and the first one names no language.
    private static func startsInCode(_ lines: [Range<Int>], _ scalars: [Unicode.Scalar]) -> Bool {
        let fences = lines.filter { isFence($0, scalars) }
        guard fences.count % 2 == 1, let first = fences.first else { return false }
        return scalars[first].allSatisfy { $0 == "`" || $0 == "~" }
    }

    private static func kind(of line: Range<Int>, _ scalars: [Unicode.Scalar]) -> Sentence.Kind {
        let hashes = scalars[line].prefix { $0 == "#" }.count
        if (1...6).contains(hashes), hashes < line.count, scalars[line.lowerBound + hashes].properties.isWhitespace {
            return .heading
        }
        if scalars[line.lowerBound] == "|" || scalars[line].contains("\t") { return .tableRow }
        return isListItem(line, scalars) ? .listItem : .prose
    }

    /// `- `, `* `, `+ `, `• `, `1. `, `1) `, `a) `.
    private static func isListItem(_ line: Range<Int>, _ scalars: [Unicode.Scalar]) -> Bool {
        let head = scalars[line].prefix { !$0.properties.isWhitespace }
        guard head.count < line.count, let last = head.last else { return false }
        if head.count == 1 { return ["-", "*", "+", "•", "‣", "–"].contains(last) }
        guard head.count <= 4, last == "." || last == ")" else { return false }
        let label = head.dropLast()
        return label.allSatisfy { ("0"..."9").contains($0) }
            || (last == ")" && label.count == 1 && label.allSatisfy(\.isWordPart))
    }

    private static func cut(_ block: Sentence, _ scalars: [Unicode.Scalar]) -> [Range<Int>] {
        guard block.kind == .prose || block.kind == .listItem else { return [block.range] }
        var pieces: [Range<Int>] = []
        var start = block.range.lowerBound
        var index = start
        while index < block.range.upperBound {
            if let end = SentenceEnd.end(at: index, in: block.range, scalars) {
                pieces.append(start..<end)
                start = end
                index = end
            } else {
                index += 1
            }
        }
        return start < block.range.upperBound ? pieces + [start..<block.range.upperBound] : pieces
    }

    private static func trimmed(_ range: Range<Int>, _ scalars: [Unicode.Scalar]) -> Range<Int> {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while lower < upper, scalars[lower].properties.isWhitespace { lower += 1 }
        while lower < upper, scalars[upper - 1].properties.isWhitespace { upper -= 1 }
        return lower..<upper
    }
}

extension Unicode.Scalar {
    fileprivate var isLineBreak: Bool { self == "\n" || self == "\u{0C}" || self == "\u{2028}" || self == "\u{2029}" }

    var isWordPart: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber, .nonspacingMark, .spacingMark:
            true
        default: false
        }
    }
}
