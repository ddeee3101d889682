/// A file of `[sections]` with `name = value` lines, read as botocore reads the shared config and credentials files
/// (Python's `RawConfigParser`): whole-line comments with `#` or `;`, `=` or `:` between name and value, names in lowercase,
/// deeper indented lines continue a value, and a value that begins on the next line holds settings of its own.
/// A section or name that stands there twice is refused, as botocore does: which one was meant is anybody's guess.
struct INIDocument: Sendable {
    struct Section: Hashable, Sendable {
        var values: [String: String] = [:]
        /// Settings within a setting, such as those of `s3 =` followed by indented lines.
        var nested: [String: [String: String]] = [:]
    }

    /// What could not be read. Tells the line's number, never its text, which may be a secret.
    struct Problem: Error, Hashable, Sendable {
        var line: Int
        var message: String
    }

    /// In the order of the file.
    private(set) var sections: [(name: String, section: Section)] = []

    init(_ bytes: [UInt8]) throws(Problem) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Problem(line: 1, message: "the file is not UTF-8") }
        var reader = INIReader()
        for line in Self.lines(bytes) { try reader.read(line) }
        sections = try reader.finished()
    }

    /// Ends lines at LF, CR LF and CR; drops a byte order mark.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var index = start
        while index < bytes.count {
            defer { index += 1 }
            guard bytes[index] == 0x0A || bytes[index] == 0x0D else { continue }
            lines.append(bytes[start..<index])
            if bytes[index] == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
            start = index + 1
        }
        if start < bytes.count { lines.append(bytes[start...]) }
        return lines
    }
}

/// Shows names only: values may be secrets.
extension INIDocument.Section: CustomStringConvertible, CustomReflectable {
    var description: String { "Section(\((Array(values.keys) + Array(nested.keys)).sorted().joined(separator: ", ")))" }
    var customMirror: Mirror { Mirror(self, children: ["names": description]) }
}

/// The state between two lines. Follows `RawConfigParser._read`.
private struct INIReader {
    private struct Option {
        var name: String
        var line: Int
        var pieces: [String]
    }

    private var sections: [(name: String, options: [Option])] = []
    private var positions: [String: Int] = [:]
    private var optionNames: Set<String> = []
    private var isInOption = false
    private var indentation = 0
    private var line = 0

    mutating func read(_ text: ArraySlice<UInt8>) throws(INIDocument.Problem) {
        line += 1
        let value = text.trimmed
        if value.isEmpty {
            if isInOption { append("") }
            return
        }
        if value.first == UInt8(ascii: "#") || value.first == UInt8(ascii: ";") { return }
        let indent = value.startIndex - text.startIndex
        if isInOption, indent > indentation { return append(String(decoding: value, as: UTF8.self)) }
        indentation = indent
        if value.first == UInt8(ascii: "["), let end = value.lastIndex(of: UInt8(ascii: "]")), end > value.startIndex + 1 {
            return try open(String(decoding: value[(value.startIndex + 1)..<end], as: UTF8.self))
        }
        try readOption(value)
    }

    /// Settings that all sections together take over from `[DEFAULT]`: they would grow with the square of the file's length.
    private static let inheritedMax = 100_000

    private mutating func append(_ piece: String) {
        sections[sections.count - 1].options[sections[sections.count - 1].options.count - 1].pieces.append(piece)
    }

    /// Longest name of a section or setting: a dictionary takes time in the square of a name made of combining marks.
    private static let nameBytesMax = 1_024

    private mutating func open(_ name: String) throws(INIDocument.Problem) {
        guard name.utf8.count <= Self.nameBytesMax else { throw problem("the name of this section is too long") }
        guard positions.updateValue(sections.count, forKey: name) == nil else { throw problem("this section is here twice") }
        sections.append((name, []))
        optionNames = []
        isInOption = false
    }

    private mutating func readOption(_ value: ArraySlice<UInt8>) throws(INIDocument.Problem) {
        guard !sections.isEmpty else { throw problem("a setting stands before the first [section]") }
        guard let delimiter = value.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }) else {
            throw problem("this is no `name = value`")
        }
        guard delimiter - value.startIndex <= Self.nameBytesMax else { throw problem("the name of this setting is too long") }
        let name = String(decoding: value[..<delimiter].trimmed, as: UTF8.self).lowercased()
        guard !name.isEmpty else { throw problem("a setting has no name") }
        guard optionNames.insert(name).inserted else { throw problem("this setting is here twice in its section") }
        let first = String(decoding: value[(delimiter + 1)...].trimmed, as: UTF8.self)
        sections[sections.count - 1].options.append(Option(name: name, line: line, pieces: [first]))
        isInOption = true
    }

    private func problem(_ message: String) -> INIDocument.Problem { INIDocument.Problem(line: line, message: message) }

    /// The sections with their values joined; `[DEFAULT]` gives its settings to all others.
    func finished() throws(INIDocument.Problem) -> [(name: String, section: INIDocument.Section)] {
        var result: [(name: String, section: INIDocument.Section)] = []
        for (name, options) in sections {
            var section = INIDocument.Section()
            for option in options { try Self.store(option, in: &section) }
            result.append((name, section))
        }
        guard let position = positions["DEFAULT"] else { return result }
        let defaults = result.remove(at: position).section
        guard result.count * (defaults.values.count + defaults.nested.count) <= Self.inheritedMax else {
            throw problem("[DEFAULT] has too many settings for so many sections")
        }
        for index in result.indices {
            let own = result[index].section
            let isOwn = { (name: String) in own.values[name] != nil || own.nested[name] != nil }
            result[index].section.values.merge(defaults.values.filter { !isOwn($0.key) }) { own, _ in own }
            result[index].section.nested.merge(defaults.nested.filter { !isOwn($0.key) }) { own, _ in own }
        }
        return result
    }

    private static func store(_ option: Option, in section: inout INIDocument.Section) throws(INIDocument.Problem) {
        var pieces = option.pieces[...]
        while pieces.last?.isEmpty == true, pieces.count > 1 { pieces.removeLast() }
        guard pieces.count > 1, pieces.first?.isEmpty == true else {
            section.values[option.name] = pieces.joined(separator: "\n")
            return
        }
        var nested: [String: String] = [:]
        for piece in pieces where !piece.isEmpty {
            let bytes = Array(piece.utf8)[...]
            guard let delimiter = bytes.firstIndex(of: UInt8(ascii: "=")) else {
                throw INIDocument.Problem(line: option.line, message: "a setting within this setting is no `name = value`")
            }
            guard delimiter <= Self.nameBytesMax else {
                throw INIDocument.Problem(line: option.line, message: "the name of a setting within this setting is too long")
            }
            nested[String(decoding: bytes[..<delimiter].trimmed, as: UTF8.self)] =
                String(decoding: bytes[(delimiter + 1)...].trimmed, as: UTF8.self)
        }
        section.nested[option.name] = nested
    }
}

extension ArraySlice<UInt8> {
    /// Without ASCII white space at both ends.
    fileprivate var trimmed: ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) || (0x1C...0x1F).contains(byte) }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else { return [] }
        return self[first...last]
    }
}
