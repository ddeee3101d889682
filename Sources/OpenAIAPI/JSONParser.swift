/// Parses JSON strictly (RFC 8259, UTF-8 only) into `JSONNode`, with bounded depth and size; errors say line and column.
///
/// It stands in for `JSONDecoder` because a decoder's errors neither tell what stood in a wrong place nor where the text broke,
/// its integers pass through a generic container, and its depth is not ours to bound.
struct JSONParser {
    /// Where and why the text is not JSON.
    struct Failure: Error, CustomStringConvertible {
        var reason: String
        var line: Int
        /// 1-based, in bytes.
        var column: Int
        var description: String { "\(reason) at line \(line), column \(column)." }
    }

    /// More digits than any number needs, and few enough to convert at once.
    static let numberBytesMax = 1_024

    private let bytes: [UInt8]
    private let depthMax: Int
    private let valuesMax: Int
    private var position = 0
    private var valueCount = 0

    static func parse(_ bytes: [UInt8], depthMax: Int, valuesMax: Int) throws(Failure) -> JSONNode {
        var parser = JSONParser(bytes: bytes, depthMax: depthMax, valuesMax: valuesMax)
        let node = try parser.value(depth: 0)
        parser.skipSpace()
        if parser.position < bytes.count { throw parser.failure("unexpected text after the value") }
        return node
    }

    private init(bytes: [UInt8], depthMax: Int, valuesMax: Int) {
        self.bytes = bytes
        self.depthMax = depthMax
        self.valuesMax = valuesMax
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONNode {
        skipSpace()
        valueCount += 1
        if valueCount > valuesMax { throw failure("more than \(valuesMax) values") }
        guard let byte = peek else { throw failure("unexpected end") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("unexpected character")
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONNode {
        try enter(depth)
        var members: [JSONName: JSONNode] = [:]
        if skip(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
            let name = JSONName(try string())
            guard skip(UInt8(ascii: ":")) else { throw failure("expected ':'") }
            members[name] = try value(depth: depth)
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw failure("expected ',' or '}'") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONNode {
        try enter(depth)
        var items: [JSONNode] = []
        if skip(UInt8(ascii: "]")) { return .array(items) }
        repeat {
            items.append(try value(depth: depth))
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw failure("expected ',' or ']'") }
        return .array(items)
    }

    private mutating func enter(_ depth: Int) throws(Failure) {
        if depth > depthMax { throw failure("nested deeper than \(depthMax) levels") }
        position += 1
    }

    private mutating func literal(_ text: StaticString, _ node: JSONNode) throws(Failure) -> JSONNode {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count, bytes[position..<end].elementsEqual(text.description.utf8) else {
            throw failure("unexpected character")
        }
        position = end
        return node
    }
}

extension JSONParser {
    /// number = [ "-" ] ( "0" / digit1-9 *digit ) [ "." 1*digit ] [ ("e" / "E") [ "+" / "-" ] 1*digit ]
    private mutating func number() throws(Failure) -> JSONNode {
        let start = position
        var isInteger = true
        if peek == UInt8(ascii: "-") { position += 1 }
        if peek == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        if position - start > Self.numberBytesMax {
            throw failure("a number longer than \(Self.numberBytesMax) bytes", at: start)
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let number = Int(text) { return .integer(number) }
        guard let number = Double(text), number.isFinite else { throw failure("a number out of range") }
        return .number(number)
    }

    private mutating func digits() throws(Failure) {
        let start = position
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        if position == start { throw failure("expected a digit") }
    }

    /// Runs without escapes are taken whole; their UTF-8 is checked.
    private mutating func string() throws(Failure) -> String {
        position += 1
        var text = ""
        while true {
            let start = position
            while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
            guard let run = String(validating: bytes[start..<position], as: UTF8.self) else {
                throw failure("a string that is not UTF-8", at: start)
            }
            text += run
            guard let byte = peek else { throw failure("unexpected end inside a string") }
            position += 1
            if byte == UInt8(ascii: "\"") { return text }
            guard byte == UInt8(ascii: "\\") else { throw failure("a control character inside a string", at: position - 1) }
            text.unicodeScalars.append(try escape())
        }
    }

    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        guard let byte = peek else { throw failure("unexpected end inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw failure("an unknown escape", at: position - 1)
        }
    }

    /// One `\uXXXX`, or a surrogate pair of two (RFC 8259 §7).
    private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
        let start = position
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, peek == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u") {
            position += 2
            let second = try hexadecimal()
            if 0xDC00...0xDFFF ~= second, let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) {
                return scalar
            }
        }
        throw failure("half of a surrogate pair", at: start)
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = peek.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw failure("expected four hexadecimal digits")
            }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        return number
    }
}

extension JSONParser {
    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private func failure(_ reason: String, at place: Int? = nil) -> Failure {
        let before = bytes[..<min(place ?? position, bytes.count)]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        return Failure(reason: reason, line: line, column: before.count - lineStart + 1)
    }
}
