internal import RAG
import SQLite

/// One search within one generation: hits, fusion, scores, de-duplication.
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
        var phrasings: [Fusion.Phrasing] = []
        for (number, text) in texts.enumerated() {
            let query = FTSQuery(text)
            let found = settings.ftsWeight > 0 ? try textHits(query) : [:]
            let cosines = settings.vectorWeight > 0 ? vectors.map { cosineHits($0[number], and: found.keys) } : nil
            phrasings.append(Fusion.Phrasing(weight: query.specificity, text: found, cosine: cosines ?? [:]))
        }
        var kept: [Candidate] = []
        for id in Fusion.fuse(phrasings, textWeight: settings.ftsWeight, vectorWeight: settings.vectorWeight) {
            guard kept.count < settings.topK else { break }
            let score = score(of: id, vectors: vectors ?? [])
            guard score >= settings.minScore, let candidate = try candidate(id, score: score) else { continue }
            if !kept.contains(where: { $0.isNearlyIdentical(to: candidate) }) { kept.append(candidate) }
        }
        return try kept.compactMap(passage)
    }

    // MARK: Hits

    /// Of the words' and the trigrams' table, each hit's bm25 as a part of the best one's.
    private mutating func textHits(_ query: FTSQuery) throws -> [Int64: Double] {
        var hits: [Int64: Double] = [:]
        if let expression = query.wordExpression {
            let found = try bm25(
                "SELECT rowid, bm25(chunks_fts, 1.0, ?) AS rank FROM chunks_fts WHERE chunks_fts MATCH ? ORDER BY rank, rowid",
                [settings.contextWeight, expression])
            hits.merge(found, uniquingKeysWith: max)
        }
        if let expression = FTSQuery.expression(try trigramTerms(query)) {
            let found = try bm25(
                "SELECT rowid, bm25(chunks_trigram) AS rank FROM chunks_trigram WHERE chunks_trigram MATCH ? ORDER BY rank, rowid",
                [expression])
            hits.merge(found, uniquingKeysWith: max)
        }
        return hits
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

    private mutating func bm25(_ sql: String, _ values: [any SQLiteBindable]) throws -> [Int64: Double] {
        let allowed = allowed
        var scores: [Int64: Double] = [:]
        // A filter is applied to the ordered rows, because a rowid constraint would make FTS5 run once for each id.
        let limit = allowed == nil ? settings.candidatesMax : -1
        try connection.scan(sql + " LIMIT ?", values + [limit]) { row in
            let id = row.int64(0)
            guard allowed?.contains(id) ?? true else { return true }
            scores[id] = max(0, -row.double(1))
            return scores.count < settings.candidatesMax
        }
        for (id, bm25) in scores { textScores[id] = max(textScores[id] ?? 0, bm25 / (1 + bm25)) }
        // In a small collection every bm25 can be 0: then the hits are worth the same.
        let best = scores.values.max() ?? 0
        return scores.mapValues { best > 0 ? $0 / best : 1 }
    }

    /// The nearest passages, and the cosines of those that the words have found.
    private func cosineHits(_ vector: [Float], and others: some Sequence<Int64>) -> [Int64: Double] {
        guard let index = snapshot.index else { return [:] }
        let allowed = allowed
        let nearest = index.search(vector, topK: settings.candidatesMax, isIncluded: allowed.map { set in { set.contains($0) } })
        var cosines: [Int64: Double] = [:]
        for hit in nearest { cosines[hit.id] = Self.clamped(hit.score) }
        for id in others where cosines[id] == nil { cosines[id] = index.score(vector, id: id).map(Self.clamped) }
        return cosines
    }

    private static func clamped(_ cosine: Float) -> Double { Double(min(1, max(0, cosine))) }

    // MARK: Scores

    /// The best cosine of any text with the chunk, clamped to 0–1; the full-text score for a chunk without a vector.
    private func score(of id: Int64, vectors: [[Float]]) -> Double {
        let cosines = vectors.compactMap { snapshot.index?.score($0, id: id) }
        return cosines.max().map(Self.clamped) ?? textScores[id] ?? 0
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
