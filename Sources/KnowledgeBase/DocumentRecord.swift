package import RAG

/// One document of the catalogue.
package struct DocumentRecord: Hashable, Sendable {
    package enum Status: String, Sendable { case pending, indexed, failed }
    package enum Source: String, Sendable { case folder, upload }

    /// `doc_` + 26 base32 characters of SHA-256(source, relative path).
    package var id: String
    package var source: Source
    /// Path relative to its source, `/` between folders.
    package var filename: String
    package var byteCount: Int
    package var contentType: String
    /// SHA-256 of the content, lower-case hex.
    package var etag: String
    /// Unix seconds.
    package var createdAt: Int
    package var status: Status
    package var pageCount: Int?
    package var chunkCount: Int
    /// Why it failed, for people.
    package var error: String?
    package var metadata: [String: JSONValue]

    package init(
        id: String, source: Source, filename: String, byteCount: Int, contentType: String, etag: String, createdAt: Int,
        status: Status, pageCount: Int? = nil, chunkCount: Int = 0, error: String? = nil, metadata: [String: JSONValue] = [:]
    ) {
        self.id = id
        self.source = source
        self.filename = filename
        self.byteCount = byteCount
        self.contentType = contentType
        self.etag = etag
        self.createdAt = createdAt
        self.status = status
        self.pageCount = pageCount
        self.chunkCount = chunkCount
        self.error = error
        self.metadata = metadata
    }
}
