internal import RAG

/// What a sync has found out about a document, to be written into its row.
struct DocumentRevision: Sendable {
    var fingerprint: Fingerprint?
    var status: DocumentRecord.Status
    var pageCount: Int?
    /// nil keeps what is there.
    var metadata: [String: JSONValue]?
    var stamp: String
    var sidecarStamp: String
    var indexedETag: String
    var pipeline: String
    var error: String?
}

extension Change {
    /// The row that the candidate's work belongs to, or nil when that work is void: the document was deleted, or another
    /// upload took its place, since it was read. A hidden document whose content changed comes back here.
    mutating func current(_ candidate: SyncPlan.Candidate, _ fingerprint: Fingerprint?, now: Int) throws -> CatalogueEntry? {
        if let hidden = try catalogue.hidden(id: candidate.id) {
            guard candidate.entry == nil, let fingerprint, hidden.etag != fingerprint.etag, !hidden.etag.isEmpty else {
                return nil
            }
            try catalogue.unhide(id: candidate.id)
            try insert(DocumentRecord(pending: candidate, createdAt: now))
            return try catalogue.entry(id: candidate.id)
        }
        guard let expected = candidate.entry, let entry = try catalogue.entry(row: expected.row) else { return nil }
        return entry.revision == expected.revision ? entry : nil
    }

    /// Writes the revision into the row.
    mutating func update(_ entry: CatalogueEntry, _ revision: DocumentRevision) throws {
        try connection.execute(
            """
            UPDATE documents SET etag = coalesce(?, etag), byte_count = coalesce(?, byte_count), page_count = ?,
                metadata = coalesce(?, metadata), stamp = ?, sidecar_stamp = ?, indexed_etag = ?, pipeline = ? WHERE row = ?
            """, revision.fingerprint?.etag, revision.fingerprint?.byteCount, revision.pageCount,
            try revision.metadata.map(MetadataText.encode), revision.stamp, revision.sidecarStamp, revision.indexedETag,
            revision.pipeline, entry.row)
        try setStatus(of: entry, to: revision.status, error: revision.error)
    }

    /// Writes what can differ while the content is the same; true when the metadata did. A failure keeps its reason.
    mutating func touch(_ entry: CatalogueEntry, _ revision: DocumentRevision) throws -> Bool {
        let metadata = try revision.metadata.map(MetadataText.encode)
        let stored = try connection.first("SELECT metadata, error FROM documents WHERE row = ?", entry.row) {
            ($0.string(0), $0.optionalString(1))
        }
        try connection.execute(
            "UPDATE documents SET metadata = coalesce(?, metadata), stamp = ?, sidecar_stamp = ? WHERE row = ?", metadata,
            revision.stamp, revision.sidecarStamp, entry.row)
        try setStatus(of: entry, to: revision.status, error: revision.status == .failed ? stored?.1 : nil)
        guard let metadata, metadata != stored?.0 else { return false }
        if entry.chunkCount > 0 { markVisible() }
        return true
    }
}
