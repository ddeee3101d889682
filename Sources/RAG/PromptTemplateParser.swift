/// Reads a template from left to right, tag by tag.
struct PromptTemplateParser {
    private enum Tag {
        case value(PromptTemplate.Value)
        case open(PromptTemplate.Flag, when: Bool)
        case close(PromptTemplate.Flag)
        case comment
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) {
        scalars = Array(text.replacingCarriageReturns.unicodeScalars)
    }

    static func failure(_ message: String) -> OutcropFailure {
        OutcropFailure(.invalidRequest, code: "prompt_template_invalid", message)
    }

    mutating func parse() throws -> [PromptTemplate.Node] {
        try parse(inside: nil, depth: 0)
    }

    private mutating func parse(inside flag: PromptTemplate.Flag?, depth: Int) throws -> [PromptTemplate.Node] {
        guard depth <= PromptTemplate.depthMax else { throw failure("sections nest deeper than \(PromptTemplate.depthMax)") }
        var nodes: [PromptTemplate.Node] = []
        while true {
            let text = readText()
            guard position < scalars.count else {
                if let flag { throw failure("{{#\(flag.rawValue)}} has no {{/\(flag.rawValue)}}") }
                return nodes.adding(text)
            }
            let (tag, isAlone) = try readTag()
            nodes = nodes.adding(isAlone ? text.droppingLastLineIndent : text)
            switch tag {
            case .comment: break
            case .value(let value): nodes.append(.value(value))
            case .open(let inner, let when):
                nodes.append(.section(inner, when: when, try parse(inside: inner, depth: depth + 1)))
            case .close(let closed):
                guard closed == flag else { throw failure("{{/\(closed.rawValue)}} closes no section") }
                return nodes
            }
        }
    }

    private mutating func readText() -> String {
        let start = position
        while position < scalars.count, !stands("{", "{", at: position) { position += 1 }
        return string(start..<position)
    }

    /// Reads `{{…}}`; a section tag or comment alone on its line takes the rest of the line, newline included.
    private mutating func readTag() throws -> (Tag, isAlone: Bool) {
        let start = position
        var end = start + 2
        // A comment may mention tags, so it ends at the first "}}" that closes none of them.
        let isComment = end < scalars.count && scalars[end] == "!"
        var depth = 1
        while end < scalars.count {
            if isComment, stands("{", "{", at: end) {
                depth += 1
                end += 2
            } else if stands("}", "}", at: end) {
                depth -= 1
                if depth == 0 { break }
                end += 2
            } else {
                end += 1
            }
        }
        guard end < scalars.count else { throw failure("{{ without }}") }
        let tag = try isComment ? .comment : self.tag(string((start + 2)..<end))
        position = end + 2
        if case .value = tag { return (tag, false) }
        return (tag, takeLine(from: start))
    }

    private func tag(_ content: String) throws -> Tag {
        let sign = content.first
        let name = (sign == "#" || sign == "^" || sign == "/" ? String(content.dropFirst()) : content).trimmed
        switch sign {
        case "#", "^", "/":
            guard let flag = PromptTemplate.Flag(rawValue: name) else { throw unknown(content) }
            return sign == "/" ? .close(flag) : .open(flag, when: sign == "#")
        default:
            guard let value = PromptTemplate.Value(rawValue: name) else { throw unknown(content) }
            return .value(value)
        }
    }

    private mutating func takeLine(from start: Int) -> Bool {
        var before = start
        while before > 0, scalars[before - 1].isBlank { before -= 1 }
        var after = position
        while after < scalars.count, scalars[after].isBlank { after += 1 }
        guard before == 0 || scalars[before - 1] == "\n", after == scalars.count || scalars[after] == "\n" else { return false }
        position = min(after + 1, scalars.count)
        return true
    }

    private func stands(_ first: Unicode.Scalar, _ second: Unicode.Scalar, at index: Int) -> Bool {
        index + 1 < scalars.count && scalars[index] == first && scalars[index + 1] == second
    }

    private func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    private func unknown(_ content: String) -> OutcropFailure {
        let values = PromptTemplate.Value.allCases.map { "{{\($0.rawValue)}}" }
        let flags = PromptTemplate.Flag.allCases.map { "{{#\($0.rawValue)}}" }
        let known = (values + flags).joined(separator: ", ")
        return failure("unknown placeholder {{\(String(content.trimmed.prefix(60)))}}; known are \(known)")
    }

    private func failure(_ message: String) -> OutcropFailure {
        let line = scalars[..<min(position, scalars.count)].count { $0 == "\n" } + 1
        return Self.failure("Prompt template, line \(line): \(message).")
    }
}

extension [PromptTemplate.Node] {
    fileprivate func adding(_ text: String) -> Self { text.isEmpty ? self : self + [.text(text)] }
}

extension String {
    fileprivate var replacingCarriageReturns: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: unicodeScalars.filter { $0 != "\r" })
        return String(view)
    }

    fileprivate var droppingLastLineIndent: String {
        var view = unicodeScalars
        while let last = view.last, last.isBlank { view.removeLast() }
        return String(view)
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}
