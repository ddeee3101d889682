internal import HTTP
internal import HTTPTypes
internal import KnowledgeBase
internal import OpenAIAPI
internal import RAG

/// `/v1/documents`: forms for uploads, the catalogue, and removal.
struct DocumentRoutes: RouteGroup {
    private let parts: Parts

    init(_ parts: Parts) { self.parts = parts }

    var routes: [Route] {
        [
            Route(.post, "/v1/documents", prepareUpload),
            Route(.get, "/v1/documents", list),
            Route(.get, "/v1/documents/:id", show),
            Route(.delete, "/v1/documents/:id", delete),
        ]
    }

    private func prepareUpload(_ call: Call) async throws -> ServerResponse {
        let request = try await parts.decode(DocumentUploadRequest.self, from: call)
        let settings = parts.settings
        if let byteCount = request.byteCount, byteCount > settings.uploadBytesMax {
            throw OutcropFailure(
                .tooLarge, code: "file_too_large",
                "The file has \(byteCount) bytes, this server takes up to \(settings.uploadBytesMax).",
                parameter: "bytes")
        }
        let policy = UploadPolicy(
            key: try parts.knowledgeBase.uploadID(filename: request.filename), filename: request.filename,
            contentType: request.contentType ?? parts.knowledgeBase.contentType(forFilename: request.filename),
            // Whoever tells the size gets a form for that size.
            bytesMax: request.byteCount ?? settings.uploadBytesMax,
            expiresAt: parts.surroundings.unixSeconds() + settings.uploadExpirySeconds, metadata: request.metadata)
        return .json(
            DocumentUpload(
                id: policy.key, filename: policy.filename, url: uploadURL(call.request),
                fields: try policy.fields(signedWith: settings.signingKey),
                bytesMax: policy.bytesMax, expiresAt: policy.expiresAt))
    }

    /// Absolute, because HTTP clients want it so for a form: under the public URL, else where the client has just found us.
    private func uploadURL(_ request: ServerRequest) -> String {
        if let base = parts.settings.publicURL { return base + "/v1/uploads" }
        guard let authority = request.head.authority, !authority.isEmpty else { return "/v1/uploads" }
        return "\(request.head.forwardedScheme)://\(authority)/v1/uploads"
    }

    private func list(_ call: Call) async throws -> ServerResponse {
        let target = call.request.target
        let query = try PageQuery(limit: target.queryValue("limit"), after: target.queryValue("after"))
        let page = try await parts.knowledgeBase.documents(limit: query.limit, after: query.after)
        return .json(DocumentList(page.documents.map(DocumentObject.init), hasMore: page.hasMore))
    }

    private func show(_ call: Call) async throws -> ServerResponse {
        let id = call.request.pathParameters["id"] ?? ""
        guard let record = try await parts.knowledgeBase.document(id: id) else { throw OutcropFailure.noDocument(id) }
        return .json(DocumentObject(record))
    }

    private func delete(_ call: Call) async throws -> ServerResponse {
        let id = call.request.pathParameters["id"] ?? ""
        guard try await parts.knowledgeBase.delete(id: id) else { throw OutcropFailure.noDocument(id) }
        return .json(DocumentDeleted(id: id))
    }
}

extension OutcropFailure {
    static func noDocument(_ id: String) -> OutcropFailure {
        OutcropFailure(
            .notFound, code: "document_not_found",
            "There is no document \(id.prefix(64)). GET /v1/documents lists what there is.",
            parameter: "id")
    }
}

extension DocumentObject {
    init(_ record: DocumentRecord) {
        self.init(
            id: record.id, filename: record.filename, byteCount: record.byteCount, contentType: record.contentType,
            etag: record.etag,
            createdAt: record.createdAt, status: record.status.rawValue, pageCount: record.pageCount,
            chunkCount: record.chunkCount,
            error: record.error, metadata: record.metadata)
    }
}
