import SQLite

/// What a sync needs to know of one document.
struct CatalogueEntry: Hashable, Sendable {
    var row: Int64
    var id: String
    var source: DocumentRecord.Source
    var filename: String
    var status: DocumentRecord.Status
    /// Newest content known.
    var etag: String
    /// Content that the chunks, or the failure, were made from; empty asks to look again.
    var indexedETag: String
    /// Grows with every upload under this name.
    var revision: Int
    var stamp: String
    var sidecarStamp: String
    /// How the chunks were made.
    var pipeline: String
    var isEmbedded: Bool
    var chunkIDs: Range<Int64>

    var firstChunk: Int64 { chunkIDs.lowerBound }
    var chunkCount: Int { chunkIDs.count }

    init(_ row: Row) throws {
        self.row = row.int64(0)
        id = row.string(1)
        source = DocumentRecord.Source(rawValue: row.string(2)) ?? .folder
        filename = row.string(3)
        status = DocumentRecord.Status(rawValue: row.string(4)) ?? .failed
        etag = row.string(5)
        indexedETag = row.string(6)
        revision = row.int(7)
        stamp = row.string(8)
        sidecarStamp = row.string(9)
        pipeline = row.string(10)
        isEmbedded = row.bool(11)
        chunkIDs = try row.range(first: 12, count: 13)
    }
}

/// A document deleted through the API whose file may still be there.
struct HiddenDocument: Hashable, Sendable {
    var id: String
    var source: DocumentRecord.Source
    var filename: String
    /// Hidden while the content is this; empty when it was never read.
    var etag: String
    var stamp: String

    init(id: String, source: DocumentRecord.Source, filename: String, etag: String, stamp: String) {
        self.id = id
        self.source = source
        self.filename = filename
        self.etag = etag
        self.stamp = stamp
    }

    init(_ row: Row) {
        self.init(
            id: row.string(0), source: DocumentRecord.Source(rawValue: row.string(1)) ?? .folder, filename: row.string(2),
            etag: row.string(3), stamp: row.string(4))
    }
}
