import FoundationEssentials

/// BEIR's SciFact: 5,183 abstracts, 300 claims; a document is one passage.
enum SciFact {
    private struct Entry: Decodable {
        var _id: String
        var title: String?
        var text: String
    }

    static func load(_ folder: String) throws -> QuestionSet {
        let corpus = try lines(folder + "/corpus.jsonl").map { try JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
        let queries = try lines(folder + "/queries.jsonl").map { try JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
        var relevant: [String: [String: [Range<Int>]?]] = [:]
        for line in try lines(folder + "/qrels.tsv").dropFirst() {
            let cells = line.split(separator: "\t").map(String.init)
            guard cells.count == 3, (Int(cells[2]) ?? 0) > 0 else { continue }
            relevant[cells[0], default: [:]][cells[1] + ".txt"] = .some(nil)
        }
        return QuestionSet(
            name: "SciFact (title + text)",
            documents: corpus.map { ($0._id + ".txt", "\($0.title ?? "") \($0.text)") },
            questions: queries.compactMap { query in relevant[query._id].map { .init(text: query.text, relevant: $0) } },
            chunkSize: 100_000, chunkOverlap: 0)
    }

    private static func lines(_ path: String) throws -> [String] {
        // Swift sees CR LF as one Character.
        try String(contentsOf: URL(filePath: path), encoding: .utf8).split { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    }
}
