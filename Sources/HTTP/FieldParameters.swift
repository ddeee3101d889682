/// A field value of the form `value; name=token; name="quoted"` (RFC 9110 §5.6.6), such as Content-Type and Content-Disposition.
struct FieldParameters {
    /// The part before the first semicolon, in lower case.
    let value: String
    /// Octets by lower-case name, without quotes.
    private let parameters: [String: [UInt8]]

    subscript(name: String) -> [UInt8]? { parameters[name] }

    /// Parameters in one field.
    static let countMax = 32

    /// Nil when the value is malformed, a name stands twice, or there are too many.
    init?(_ bytes: some BidirectionalCollection<UInt8>) {
        let all = Array(bytes)
        let end = all.firstIndex(of: Octets.semicolon) ?? all.endIndex
        value = String(decoding: Octets.trimmed(all[..<end]).map(Octets.lowercased), as: UTF8.self)
        var rest = all[end...]
        var parameters: [String: [UInt8]] = [:]
        while let (name, octets) = Self.next(&rest) {
            guard parameters.count < Self.countMax, parameters.updateValue(octets, forKey: name) == nil else { return nil }
        }
        guard !value.isEmpty, rest.isEmpty else { return nil }
        self.parameters = parameters
    }

    /// Takes `; name=value` off the front. Leaves `rest` not empty where it is malformed.
    private static func next(_ rest: inout ArraySlice<UInt8>) -> (name: String, value: [UInt8])? {
        while let first = rest.first, first == Octets.semicolon || Octets.isBlank(first) { rest.removeFirst() }
        let name = rest.prefix(while: Octets.isToken)
        guard !name.isEmpty, rest[name.endIndex...].first == UInt8(ascii: "=") else { return nil }
        var tail = rest[(name.endIndex + 1)...]
        guard let value = tail.first == UInt8(ascii: "\"") ? quoted(&tail) : unquoted(&tail) else { return nil }
        while let first = tail.first, Octets.isBlank(first) { tail.removeFirst() }
        guard tail.isEmpty || tail.first == Octets.semicolon else { return nil }
        rest = tail
        return (String(decoding: name.map(Octets.lowercased), as: UTF8.self), value)
    }

    /// Up to the next semicolon or white space: a token, and the bare UTF-8 file names some clients send.
    private static func unquoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        let value = rest.prefix { !Octets.isBlank($0) && $0 != Octets.semicolon && $0 != UInt8(ascii: "\"") }
        rest = rest[value.endIndex...]
        return value.isEmpty ? nil : Array(value)
    }

    /// quoted-string (RFC 9110 §5.6.4). Only `\"` and `\\` are escapes: browsers put other backslashes of a file name in as they are.
    private static func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        let backslash = UInt8(ascii: "\\")
        let quote = UInt8(ascii: "\"")
        var value: [UInt8] = []
        var index = rest.startIndex + 1
        while index < rest.endIndex {
            let byte = rest[index]
            if byte == quote {
                rest = rest[(index + 1)...]
                return value
            }
            let isEscape =
                byte == backslash && index + 1 < rest.endIndex && (rest[index + 1] == quote || rest[index + 1] == backslash)
            value.append(isEscape ? rest[index + 1] : byte)
            index += isEscape ? 2 : 1
        }
        return nil
    }
}
