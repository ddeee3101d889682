internal import RAG
import SQLite

/// One search within one generation: lists, fusion, scores, de-duplication.
struct SearchRun {
    struct Settings: Hashable, Sendable {
        var topK: Int
        var minScore: Double
        var candidatesMax: Int
        var ftsWeight: Double
        var vectorWeight: Double
        var contextWeight: Double
    }

    /// Two passages of one document whose ranges share more than this part of the shorter one count as one.
    static let overlapMax = 0.5
    /// Terms that all runs of one or two characters together are widened to.
    static let widenedTermsMax = 128

    let connection: Connection
    let snapshot: Snapshot
    let settings: Settings
    /// nil lets every document in.
    let allowed: AllowedChunks?

    /// bm25/(1+bm25) of the best full-text list an id stands in.
    private var textScores: [Int64: Double] = [:]

    init(connection: Connection, snapshot: Snapshot, settings: Settings, allowed: AllowedChunks?) {
        self.connection = connection
        self.snapshot = snapshot
        self.settings = settings
        self.allowed = allowed
    }

    /// `vectors` holds one for each text, or is nil without a model.
    mutating func passages(texts: [String], vectors: [[Float]]?) throws -> [Passage] {
        var groups: [[Fusion.RankedList]] = []
        for (number, text) in texts.enumerated() {
            let query = FTSQuery(text)
            var found = try textLists(query)
            if let vectors { found.append(vectorList(vectors[number])) }
            for index in found.indices { found[index].weight *= query.specificity }
            groups.append(found)
        }
        var kept: [Candidate] = []
        for id in Fusion.fuse(groups) {
            guard kept.count < settings.topK else { break }
            let score = score(of: id, vectors: vectors ?? [])
            guard score >= settings.minScore, let candidate = try candidate(id, score: score) else { continue }
            if !kept.contains(where: { $0.isNearlyIdentical(to: candidate) }) { kept.append(candidate) }
        }
        return try kept.compactMap(passage)
    }

    // MARK: Lists

    private mutating func textLists(_ query: FTSQuery) throws -> [Fusion.RankedList] {
        var lists: [Fusion.RankedList] = []
        if let expression = query.wordExpression {
            lists.append(
                try textList(
                    "SELECT rowid, bm25(chunks_fts, 1.0, ?) AS rank FROM chunks_fts WHERE chunks_fts MATCH ? ORDER BY rank, rowid",
                    [settings.contextWeight, expression]))
        }
        if let expression = FTSQuery.expression(try trigramTerms(query)) {
            lists.append(
                try textList(
                    "SELECT rowid, bm25(chunks_trigram) AS rank FROM chunks_trigram WHERE chunks_trigram MATCH ? ORDER BY rank, rowid",
                    [expression]))
        }
        return lists
    }

    private func trigramTerms(_ query: FTSQuery) throws -> [String] {
        var terms = query.trigramTerms
        var widened = 0
        for run in query.shortRuns where widened < Self.widenedTermsMax {
            // U+10FFFF sorts behind everything that begins with `run`.
            let found = try connection.rows(
                "SELECT term FROM chunks_trigram_terms WHERE term >= ? AND term < ? LIMIT ?", run, run + "\u{10FFFF}",
                Self.widenedTermsMax - widened
            ) { $0.string(0) }
            widened += found.count
            terms += found
        }
        return terms
    }

    private mutating func textList(_ sql: String, _ values: [any SQLiteBindable]) throws -> Fusion.RankedList {
        var list = Fusion.RankedList(weight: settings.ftsWeight, ids: [])
        let allowed = allowed
        var scores: [(Int64, Double)] = []
        // A filter is applied to the ordered rows, because a rowid constraint would make FTS5 run once for each id.
        let limit = allowed == nil ? settings.candidatesMax : -1
        try connection.scan(sql + " LIMIT ?", values + [limit]) { row in
            let id = row.int64(0)
            guard allowed?.contains(id) ?? true else { return true }
            list.ids.append(id)
            scores.append((id, max(0, -row.double(1))))
            return list.ids.count < settings.candidatesMax
        }
        for (id, bm25) in scores { textScores[id] = max(textScores[id] ?? 0, bm25 / (1 + bm25)) }
        return list
    }

    private func vectorList(_ vector: [Float]) -> Fusion.RankedList {
        let allowed = allowed
        let hits = snapshot.index?.search(
            vector, topK: settings.candidatesMax, isIncluded: allowed.map { set in { set.contains($0) } })
        return Fusion.RankedList(weight: settings.vectorWeight, ids: hits?.map(\.id) ?? [])
    }

    // MARK: Scores

    /// The best cosine of any text with the chunk, clamped to 0–1; the full-text score for a chunk without a vector.
    private func score(of id: Int64, vectors: [[Float]]) -> Double {
        let cosines = vectors.compactMap { snapshot.index?.score($0, id: id) }
        return cosines.max().map { Double(min(1, max(0, $0))) } ?? textScores[id] ?? 0
    }

    // MARK: Candidates

    private struct Candidate {
        var id: Int64
        var document: Int64
        var range: Range<Int>
        var page: Int?
        var headings: String
        var textHash: [UInt8]
        var score: Double

        func isNearlyIdentical(to other: Candidate) -> Bool {
            if textHash == other.textHash { return true }
            guard document == other.document else { return false }
            let shared = range.clamped(to: other.range).count
            return Double(shared) > SearchRun.overlapMax * Double(min(range.count, other.range.count))
        }
    }

    /// nil when the chunk is not in this generation.
    private func candidate(_ id: Int64, score: Double) throws -> Candidate? {
        try connection.first("SELECT document, start, end, page, headings, text_hash FROM chunks WHERE id = ?", id) { row in
            Candidate(
                id: id, document: row.int64(0), range: try row.range(1, 2), page: row.optionalInt(3), headings: row.string(4),
                textHash: row.bytes(5), score: score)
        }
    }

    private func passage(_ candidate: Candidate) throws -> Passage? {
        var stored = StoredText(connection, document: candidate.document)
        guard let text = try stored.text(candidate.range) else { return nil }
        return try connection.first("SELECT id, filename, metadata FROM documents WHERE row = ?", candidate.document) { row in
            Passage(
                chunkID: candidate.id, documentID: row.string(0), filename: row.string(1), page: candidate.page,
                headings: MetadataText.headings(candidate.headings), text: text, range: candidate.range, score: candidate.score,
                metadata: try MetadataText.metadata(row.string(2)))
        }
    }
}
