package import RAG

extension KnowledgeBase {
    /// Searches that met a change are repeated at most this often; then what has gone meanwhile is left out.
    private static let searchAttemptsMax = 3

    package func retrieve(_ query: RetrievalQuery) async throws -> [Passage] {
        // Shortened first: nothing below costs more than its limits, however long the texts are.
        let texts = query.texts.prefix(configuration.queryTextsMax).map(Self.shortened)
            .filter { !$0.isBlank }
        guard !texts.isEmpty, query.topK > 0, try await hasDocuments() else { return [] }
        let vectors = try await queryVectors(texts)
        for attempt in 1...Self.searchAttemptsMax {
            let (passages, generation) = try await search(query, texts: texts, vectors: vectors)
            let current = try await withoutGone(passages, since: generation)
            if current.count == passages.count || attempt == Self.searchAttemptsMax { return current }
        }
        return []
    }

    package func hasDocuments() async throws -> Bool {
        // A reader beside another process's writer looks into the file, where documents may have come meanwhile.
        if configuration.isReadOnly { return try await store.read { _, snapshot in snapshot.counts.chunks > 0 } }
        return store.current.counts.chunks > 0
    }

    package func storedText(documentID: String, range: Range<Int>) async throws -> String? {
        try await store.read { connection, _ in
            guard let row = try Catalogue(connection).row(id: documentID) else { return nil }
            var stored = StoredText(connection, document: row)
            return try stored.text(range)
        }
    }

    private func search(
        _ query: RetrievalQuery, texts: [String], vectors: [[Float]]?
    ) async throws -> (passages: [Passage], generation: Int) {
        let settings = searchSettings(query)
        return try await store.read { [filters] connection, snapshot in
            let allowed = try query.filter.map { try filters.allowed($0, generation: snapshot.generation, connection) }
            var run = SearchRun(connection: connection, snapshot: snapshot, settings: settings, allowed: allowed)
            return (try run.passages(texts: texts, vectors: vectors), snapshot.generation)
        }
    }

    private func searchSettings(_ query: RetrievalQuery) -> SearchRun.Settings {
        SearchRun.Settings(
            topK: min(query.topK, configuration.topKMax), minScore: query.minScore ?? configuration.minScore,
            candidatesMax: max(configuration.candidatesMax, min(query.topK, configuration.topKMax)),
            ftsWeight: configuration.ftsWeight, vectorWeight: configuration.vectorWeight,
            contextWeight: configuration.contextWeight)
    }

    private func queryVectors(_ texts: [String]) async throws -> [[Float]]? {
        guard let embedder, store.current.index.map({ $0.count > 0 }) ?? false else { return nil }
        return try await embedder.embed(texts, purpose: .query).validated(count: texts.count, dimensions: embedder.dimensions)
    }

    /// A document deleted or replaced while the search ran is not told any more.
    private func withoutGone(_ passages: [Passage], since generation: Int) async throws -> [Passage] {
        guard store.current.generation != generation, !passages.isEmpty else { return passages }
        return try await store.read { connection, _ in
            try passages.filter { passage in
                try connection.first("SELECT 1 FROM chunks WHERE id = ?", passage.chunkID) { _ in true } ?? false
            }
        }
    }

    private static func shortened(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(FTSQuery.scalarsMax)))
    }
}

extension [[Float]] {
    /// Throws unless there are `count` vectors of `dimensions` finite numbers: a broken model must not reach the index.
    func validated(count: Int, dimensions: Int) throws -> [[Float]] {
        guard self.count == count, allSatisfy({ $0.count == dimensions && $0.allSatisfy(\.isFinite) }) else {
            throw OutcropFailure(
                .internal, code: "embedding_failed",
                "The embedding model gave other vectors than \(count) of \(dimensions) finite numbers.")
        }
        return self
    }
}
