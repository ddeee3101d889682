package import RAG

/// One document of the knowledge base.
package struct DocumentObject: Hashable, Sendable {
    package var id: String
    package var filename: String
    package var byteCount: Int
    package var contentType: String
    package var etag: String
    /// Unix seconds.
    package var createdAt: Int
    /// `pending`, `indexed` or `failed`.
    package var status: String
    package var pageCount: Int?
    package var chunkCount: Int
    package var error: String?
    package var metadata: [String: JSONValue]

    package init(
        id: String, filename: String, byteCount: Int, contentType: String, etag: String, createdAt: Int, status: String,
        pageCount: Int?, chunkCount: Int, error: String?, metadata: [String: JSONValue]
    ) {
        self.id = id
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

extension DocumentObject: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("id", id)
            $0.field("object", "document")
            $0.field("filename", filename)
            $0.field("bytes", byteCount)
            $0.field("content_type", contentType)
            $0.field("etag", etag)
            $0.field("created_at", createdAt)
            $0.field("status", status)
            $0.field("pages", pageCount)
            $0.field("chunks", chunkCount)
            $0.field("error", error)
            $0.field("metadata", metadata)
        }
    }
}
