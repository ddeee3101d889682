internal import RAG
import SQLite
import VectorIndex

/// Reads the catalogue through one connection.
struct Catalogue {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    // MARK: Meta

    func meta(_ key: String) throws -> Int64? {
        try connection.first("SELECT value FROM meta WHERE key = ?", key) { $0.int64(0) }
    }

    func metaText(_ key: String) throws -> String? {
        try connection.first("SELECT value FROM meta WHERE key = ?", key) { $0.string(0) }
    }

    func setMeta(_ key: String, _ value: any SQLiteBindable) throws {
        try connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value.sqliteValue)
    }

    func generation() throws -> Int { Int(try meta("generation") ?? 0) }

    func hasVectors() throws -> Bool { try connection.first("SELECT 1 FROM vectors LIMIT 1") { _ in true } ?? false }

    // MARK: Snapshot

    /// Everything that stands in memory, as of this connection's transaction; vectors only with `dimensions`.
    func snapshot(dimensions: Int?) throws -> Snapshot {
        Snapshot(generation: try generation(), counts: try counts(), index: try dimensions.map(index))
    }

    private func counts() throws -> Snapshot.Counts {
        var counts = Snapshot.Counts()
        try connection.forEach("SELECT status, count(*), sum(chunk_count) FROM documents GROUP BY status") { row in
            if let status = DocumentRecord.Status(rawValue: row.string(0)) { counts.add(status, row.int(1)) }
            counts.chunks += row.int(2)
        }
        return counts
    }

    private func index(dimensions: Int) throws -> VectorIndex {
        var index = VectorIndex(dimensions: dimensions)
        try connection.forEach("SELECT chunk, vector FROM vectors ORDER BY chunk") { row in
            let vector = row.floats(1)
            guard vector.count == dimensions else {
                throw SQLiteError(
                    code: SQLiteError.corrupt, message: "Chunk \(row.int64(0)) has a vector of \(vector.count) dimensions.")
            }
            index.insert(id: row.int64(0), vector)
        }
        return index
    }

    // MARK: Documents

    private static let recordColumns = """
        id, source, filename, byte_count, content_type, etag, created_at, status, page_count, chunk_count, error, metadata
        """

    func record(id: String) throws -> DocumentRecord? {
        try connection.first("SELECT \(Self.recordColumns) FROM documents WHERE id = ?", id, map: record)
    }

    /// In order of creation, from behind row `after`.
    func records(after row: Int64, limit: Int) throws -> [DocumentRecord] {
        try connection.rows(
            "SELECT \(Self.recordColumns) FROM documents WHERE row > ? ORDER BY row LIMIT ?", row, limit, map: record)
    }

    func row(id: String) throws -> Int64? {
        try connection.first("SELECT row FROM documents WHERE id = ?", id) { $0.int64(0) }
    }

    private func record(_ row: Row) throws -> DocumentRecord {
        DocumentRecord(
            id: row.string(0), source: DocumentRecord.Source(rawValue: row.string(1)) ?? .folder, filename: row.string(2),
            byteCount: row.int(3), contentType: row.string(4), etag: row.string(5), createdAt: row.int(6),
            status: DocumentRecord.Status(rawValue: row.string(7)) ?? .failed, pageCount: row.optionalInt(8),
            chunkCount: row.int(9),
            error: row.optionalString(10), metadata: try MetadataText.metadata(row.string(11)))
    }

    private static let entryColumns = """
        row, id, source, filename, status, etag, indexed_etag, revision, stamp, sidecar_stamp, pipeline, is_embedded, first_chunk, chunk_count
        """

    func entry(id: String) throws -> CatalogueEntry? {
        try connection.first("SELECT \(Self.entryColumns) FROM documents WHERE id = ?", id, map: CatalogueEntry.init)
    }

    func entry(row: Int64) throws -> CatalogueEntry? {
        try connection.first("SELECT \(Self.entryColumns) FROM documents WHERE row = ?", row, map: CatalogueEntry.init)
    }

    func entries() throws -> [CatalogueEntry] {
        try connection.rows("SELECT \(Self.entryColumns) FROM documents ORDER BY row", map: CatalogueEntry.init)
    }

    // MARK: Hidden documents

    func hidden() throws -> [HiddenDocument] {
        try connection.rows("SELECT id, source, filename, etag, stamp FROM hidden", map: HiddenDocument.init)
    }

    func hidden(id: String) throws -> HiddenDocument? {
        try connection.first("SELECT id, source, filename, etag, stamp FROM hidden WHERE id = ?", id, map: HiddenDocument.init)
    }

    func hide(_ document: HiddenDocument) throws {
        try connection.execute(
            "INSERT OR REPLACE INTO hidden VALUES (?, ?, ?, ?, ?)", document.id, document.source.rawValue, document.filename,
            document.etag, document.stamp)
    }

    func unhide(id: String) throws { try connection.execute("DELETE FROM hidden WHERE id = ?", id) }
}
