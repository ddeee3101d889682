/// Tables as one line a row (RFC 4180): `header: value; header: value`, so that a row found alone still says what its values mean.
///
/// Without a header row the values are joined by `; `. A table whose quotes do not pair is kept as it stands.
struct CSVText {
    private let bytes: [UInt8]
    private let separator: UInt8
    private var position = 0
    private struct UnpairedQuote: Error {}

    /// A column's name is repeated in every row, so it is cut to this many bytes.
    private static let headerBytesMax = 120

    static func document(_ text: String, limits: TextExtractor.Limits) throws -> ExtractedDocument {
        let bytes = Array(text.utf8)
        do {
            return ExtractedDocument(text: try render(bytes, byteCountMax: limits.textBytesMax))
        } catch is UnpairedQuote {
            return ExtractedDocument(text: text)
        }
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        separator = Self.separator(of: bytes)
    }

    private static func render(_ bytes: [UInt8], byteCountMax: Int) throws -> String {
        var reader = CSVText(bytes)
        var output = TextBuffer(byteCountMax: byteCountMax)
        guard let first = try reader.nextRow() else { return "" }
        let second = try reader.nextRow()
        let header = second.map { isHeader(first, above: $0) } == true ? first.map(cut) : []
        if header.isEmpty { try append(first, header, to: &output) }
        var row = second
        while let fields = row {
            try append(fields, header, to: &output)
            row = try reader.nextRow()
        }
        return output.text
    }

    private static func append(
        _ fields: [ArraySlice<UInt8>], _ header: [[UInt8]], to output: inout TextBuffer
    ) throws(ExtractionError) {
        var isFirst = true
        for (column, field) in fields.enumerated() where !field.isEmpty {
            if !isFirst { try output.append(contentsOf: "; ".utf8) }
            isFirst = false
            if column < header.count, !header[column].isEmpty {
                try output.append(contentsOf: header[column])
                try output.append(contentsOf: ": ".utf8)
            }
            // A line end inside a quoted value would break the row apart.
            try output.append(contentsOf: field.lazy.map { $0 == 0x0A ? 0x20 : $0 })
        }
        if !isFirst { try output.append(0x0A) }
    }

    /// Several distinct names, none of them a number, above a row of the same width.
    private static func isHeader(_ first: [ArraySlice<UInt8>], above second: [ArraySlice<UInt8>]) -> Bool {
        guard first.count > 1, first.count == second.count, Set(first).count == first.count else { return false }
        return first.allSatisfy { $0.contains { $0.isASCIILetter || $0 >= 0x80 } }
    }

    private static func cut(_ name: ArraySlice<UInt8>) -> [UInt8] {
        name.prefixOfWholeScalars(headerBytesMax).map { $0 == 0x0A ? 0x20 : $0 }
    }

    /// The commonest of comma, semicolon and tab outside quotes in the first line.
    private static func separator(of bytes: [UInt8]) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes.prefix(65_536) {
            if byte == 0x22 { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 0x0A { break }
            counts[byte, default: 0] += 1
        }
        let candidates: [UInt8] = [0x2C, 0x3B, 0x09]
        return candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? 0x2C
    }

    /// Nil at the end. Fields are trimmed of spaces; a blank line is an empty row.
    private mutating func nextRow() throws -> [ArraySlice<UInt8>]? {
        guard position < bytes.count else { return nil }
        var row: [ArraySlice<UInt8>] = []
        while true {
            row.append(try nextField())
            guard position < bytes.count else { return row }
            position += 1
            if bytes[position - 1] == 0x0A { return row }
        }
    }

    /// Leaves `position` at the separator, the line end or the end of the file.
    private mutating func nextField() throws -> ArraySlice<UInt8> {
        if position < bytes.count, bytes[position] == 0x22 { return try quotedField() }
        let end = bytes[position...].firstIndex { $0 == separator || $0 == 0x0A } ?? bytes.count
        defer { position = end }
        return bytes[position..<end].trimmingASCIISpace
    }

    private mutating func quotedField() throws -> ArraySlice<UInt8> {
        var field: [UInt8] = []
        position += 1
        while true {
            guard let quote = bytes[position...].firstIndex(of: 0x22) else { throw UnpairedQuote() }
            field.append(contentsOf: bytes[position..<quote])
            position = quote + 1
            guard position < bytes.count, bytes[position] == 0x22 else { break }
            field.append(0x22)
            position += 1
        }
        // Tolerated: text between the closing quote and the separator.
        let end = bytes[position...].firstIndex { $0 == separator || $0 == 0x0A } ?? bytes.count
        field.append(contentsOf: bytes[position..<end])
        position = end
        return field[...].trimmingASCIISpace
    }
}
