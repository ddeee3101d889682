import SQLite

/// The text of one document as it is stored, read by ranges of scalars without loading the whole.
struct StoredText {
    /// Scalars to a segment: 8–32 KiB, one or two database pages.
    static let segmentScalars = 8_192

    private let connection: Connection
    private let document: Int64
    /// The segments read last; chunks are read in order and overlap, so that two suffice.
    private var recent: [(number: Int, scalars: [Unicode.Scalar])] = []

    init(_ connection: Connection, document: Int64) {
        self.connection = connection
        self.document = document
    }

    static func insert(_ text: String, document: Int64, into connection: Connection) throws {
        var rest = text.unicodeScalars[...]
        var number = 0
        while !rest.isEmpty {
            let segment = rest.prefix(segmentScalars)
            try connection.execute("INSERT INTO document_texts VALUES (?, ?, ?)", document, number, String(Substring(segment)))
            rest = rest[segment.endIndex...]
            number += 1
        }
    }

    /// nil unless the whole range is there.
    mutating func text(_ range: Range<Int>) throws -> String? {
        guard range.lowerBound >= 0 else { return nil }
        guard !range.isEmpty else { return "" }
        var result = String.UnicodeScalarView()
        for number in range.lowerBound / Self.segmentScalars...(range.upperBound - 1) / Self.segmentScalars {
            let scalars = try segment(number)
            let start = number * Self.segmentScalars
            let part = range.clamped(to: start..<start + Self.segmentScalars)
            guard part.upperBound - start <= scalars.count else { return nil }
            result.append(contentsOf: scalars[part.lowerBound - start..<part.upperBound - start])
        }
        return String(result)
    }

    private mutating func segment(_ number: Int) throws -> [Unicode.Scalar] {
        if let known = recent.first(where: { $0.number == number }) { return known.scalars }
        let scalars =
            try connection.first("SELECT text FROM document_texts WHERE document = ? AND segment = ?", document, number) {
                Array($0.string(0).unicodeScalars)
            } ?? []
        recent = recent.suffix(1) + [(number, scalars)]
        return scalars
    }
}
