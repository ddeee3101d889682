import FoundationEssentials

/// chunking_evaluation: five long corpora and 472 questions with the character spans of their answers.
enum ChunkingEvaluation {
    private struct Reference: Decodable {
        var start_index: Int
        var end_index: Int
    }

    static func load(_ folder: String, chunkSize: Int) throws -> QuestionSet {
        let rows = CSVRows.parse(try text(folder + "/questions.csv")).dropFirst()
        let questions = try rows.filter { $0.count == 3 }.map { row in
            let spans = try JSONDecoder().decode([Reference].self, from: Data(row[1].utf8)).map { $0.start_index..<$0.end_index }
            return QuestionSet.Question(text: row[0], relevant: [row[2] + ".md": spans])
        }
        let names = Set(rows.compactMap { $0.count == 3 ? $0[2] + ".md" : nil }).sorted()
        return QuestionSet(
            name: "chunking_evaluation, \(chunkSize)",
            documents: try names.map { ($0, try text("\(folder)/corpora/\($0)")) },
            questions: Array(questions), chunkSize: chunkSize, chunkOverlap: 0)
    }

    private static func text(_ path: String) throws -> String { try String(contentsOf: URL(filePath: path), encoding: .utf8) }
}

/// RFC 4180, enough for a label file: quotes, doubled quotes, line breaks within quotes.
enum CSVRows {
    static func parse(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = String.UnicodeScalarView()
        var isQuoted = false
        var wasQuote = false
        func closed(_ cell: String.UnicodeScalarView) -> String { String(cell) }
        for scalar in text.unicodeScalars {
            if isQuoted, scalar == "\"" { isQuoted = false; wasQuote = true; continue }
            if isQuoted { cell.append(scalar); continue }
            switch scalar {
            case "\"":
                if wasQuote { cell.append(scalar) }
                isQuoted = true
            case ",": row.append(closed(cell)); cell.removeAll()
            case "\n": rows.append(row + [closed(cell)]); row = []; cell.removeAll()
            case "\r": break
            default: cell.append(scalar)
            }
            wasQuote = false
        }
        if !row.isEmpty || !cell.isEmpty { rows.append(row + [closed(cell)]) }
        return rows
    }
}
