internal import Documents
import SQLite
import VectorIndex

/// One write transaction on its way: the database's rows and the snapshot change together.
struct Change {
    let connection: Connection
    let catalogue: Catalogue
    private(set) var snapshot: Snapshot
    private var isVisible = false

    init(_ connection: Connection, _ snapshot: Snapshot) {
        self.connection = connection
        self.snapshot = snapshot
        catalogue = Catalogue(connection)
    }

    /// A search could answer differently from now on.
    mutating func markVisible() { isVisible = true }

    mutating func finish() throws -> Snapshot {
        guard isVisible else { return snapshot }
        snapshot.generation += 1
        try catalogue.setMeta("generation", snapshot.generation)
        return snapshot
    }

    // MARK: Documents

    /// Adds a row; false when there is one of that id.
    @discardableResult
    mutating func insert(_ record: DocumentRecord) throws -> Bool {
        try connection.execute(
            """
            INSERT OR IGNORE INTO documents(id, source, filename, byte_count, content_type, etag, created_at, status, metadata)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, record.id, record.source.rawValue, record.filename, record.byteCount, record.contentType, record.etag,
            record.createdAt, record.status.rawValue, try MetadataText.encode(record.metadata))
        guard connection.changes > 0 else { return false }
        snapshot.counts.add(record.status, 1)
        return true
    }

    mutating func setStatus(of entry: CatalogueEntry, to status: DocumentRecord.Status, error: String? = nil) throws {
        try connection.execute(
            "UPDATE documents SET status = ?, error = ? WHERE row = ?", status.rawValue, error, entry.row)
        snapshot.counts.add(entry.status, -1)
        snapshot.counts.add(status, 1)
    }

    /// Removes the document with its chunks.
    mutating func remove(_ entry: CatalogueEntry) throws {
        try removeChunks(of: entry)
        try connection.execute("DELETE FROM documents WHERE row = ?", entry.row)
        snapshot.counts.add(entry.status, -1)
        isVisible = true
    }

    // MARK: Chunks

    /// Takes the document's text, chunks, vectors and full-text rows out.
    mutating func removeChunks(of entry: CatalogueEntry) throws {
        guard entry.chunkCount > 0 else { return }
        try removeFullText(of: entry)
        for id in entry.chunkIDs { snapshot.index?.remove(id: id) }
        try connection.execute(
            "DELETE FROM vectors WHERE chunk >= ? AND chunk < ?", entry.chunkIDs.lowerBound, entry.chunkIDs.upperBound)
        try connection.execute(
            "DELETE FROM chunks WHERE id >= ? AND id < ?", entry.chunkIDs.lowerBound, entry.chunkIDs.upperBound)
        try connection.execute("DELETE FROM document_texts WHERE document = ?", entry.row)
        try connection.execute("UPDATE documents SET chunk_count = 0, first_chunk = 0, is_embedded = 0 WHERE row = ?", entry.row)
        snapshot.counts.chunks -= entry.chunkCount
        isVisible = true
    }

    /// A contentless FTS5 table forgets a row only when told the text it was given (sqlite.org/fts5.html §6.2).
    private func removeFullText(of entry: CatalogueEntry) throws {
        var stored = StoredText(connection, document: entry.row)
        try connection.forEach(
            "SELECT id, start, end, headings, is_cjk FROM chunks WHERE id >= ? AND id < ? ORDER BY id",
            [entry.chunkIDs.lowerBound, entry.chunkIDs.upperBound]
        ) { row in
            let text = try stored.text(try row.range(1, 2)) ?? ""
            let context = FullText.context(filename: entry.filename, headings: MetadataText.headings(row.string(3)))
            try connection.execute(
                "INSERT INTO chunks_fts(chunks_fts, rowid, text, context) VALUES ('delete', ?, ?, ?)", row.int64(0), text, context
            )
            if row.bool(4) {
                try connection.execute(
                    "INSERT INTO chunks_trigram(chunks_trigram, rowid, text) VALUES ('delete', ?, ?)", row.int64(0),
                    FullText.padded(text))
            }
        }
    }

    /// Gives the document, which has no chunks, its text and chunks; `vectors` holds one for each chunk or is nil.
    mutating func insertChunks(_ chunks: [Chunker.Chunk], text: String, vectors: [[Float]]?, of entry: CatalogueEntry) throws {
        precondition(vectors.map { $0.count == chunks.count } ?? true)
        try StoredText.insert(text, document: entry.row, into: connection)
        let first = try catalogue.meta("next_chunk_id") ?? 1
        for (offset, chunk) in chunks.enumerated() {
            try insert(chunk, id: first + Int64(offset), of: entry)
            if let vectors { try insertVector(vectors[offset], chunk: first + Int64(offset)) }
        }
        try catalogue.setMeta("next_chunk_id", Int(first) + chunks.count)
        try connection.execute(
            "UPDATE documents SET chunk_count = ?, first_chunk = ?, is_embedded = ? WHERE row = ?", chunks.count, first,
            vectors != nil, entry.row)
        snapshot.counts.chunks += chunks.count
        isVisible = true
    }

    private func insert(_ chunk: Chunker.Chunk, id: Int64, of entry: CatalogueEntry) throws {
        let isCJK = CJK.isIn(chunk.text)
        try connection.execute(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", id, entry.row, chunk.range.lowerBound, chunk.range.upperBound,
            chunk.page, try MetadataText.encode(chunk.headings), Identifier.sha256(chunk.text), isCJK)
        try connection.execute(
            "INSERT INTO chunks_fts(rowid, text, context) VALUES (?, ?, ?)", id, chunk.text,
            FullText.context(filename: entry.filename, headings: chunk.headings))
        if isCJK {
            try connection.execute("INSERT INTO chunks_trigram(rowid, text) VALUES (?, ?)", id, FullText.padded(chunk.text))
        }
    }

    /// Adds the vectors that a document indexed without a model lacks.
    mutating func embed(_ entry: CatalogueEntry, vectors: [[Float]]) throws {
        precondition(vectors.count == entry.chunkCount)
        for (id, vector) in zip(entry.chunkIDs, vectors) { try insertVector(vector, chunk: id) }
        try connection.execute("UPDATE documents SET is_embedded = 1 WHERE row = ?", entry.row)
        isVisible = true
    }

    private mutating func insertVector(_ vector: [Float], chunk: Int64) throws {
        try connection.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", chunk, vector)
        snapshot.index?.insert(id: chunk, vector)
    }
}
