internal import HTTP
internal import HTTPTypes
internal import KnowledgeBase
internal import RAG

/// `GET /v1/documents/{id}/content`: the original file, whole or in part, with a key or a signed link.
struct ContentRoutes: RouteGroup {
    private let parts: Parts
    private let links: LinkSigner

    init(_ parts: Parts) {
        self.parts = parts
        links = LinkSigner(settings: parts.settings, unixSeconds: parts.surroundings.unixSeconds)
    }

    var routes: [Route] { [Route(.get, "/v1/documents/:id/content", access: .keyOrSignature, content)] }

    private func content(_ call: Call) async throws -> ServerResponse {
        let id = call.request.pathParameters["id"] ?? ""
        let target = call.request.target
        if let signature = target.queryValue("signature") {
            try links.check(documentID: id, expires: target.queryValue("expires"), signature: signature)
        }
        guard let record = try await parts.knowledgeBase.document(id: id),
            let path = try await parts.knowledgeBase.originalPath(id: id),
            let file = try await StoredFile.open(path: path, queue: parts.files)
        else { throw OutcropFailure.noDocument(id) }
        return Self.response(for: record, file, to: call.request.head)
    }

    private static func response(for record: DocumentRecord, _ file: StoredFile, to head: HTTPRequest) -> ServerResponse {
        let request = head.headerFields
        var fields = self.fields(for: record)
        // The catalogue's ETag speaks of the content it has read; a file changed since then goes out whole and without one.
        let entityTag = file.byteCount == record.byteCount ? "\"\(record.etag)\"" : nil
        guard let entityTag else { return send(0..<file.byteCount, of: file, .ok, fields) }
        fields[.eTag] = entityTag
        fields[.acceptRanges] = "bytes"
        if let known = request[.ifNoneMatch], matches(known, entityTag) {
            return ServerResponse(status: .notModified, headerFields: fields)
        }
        // RFC 9110 §13.1.5: a part of another version is of no use.
        let isSameVersion = request[.ifRange].map { $0 == entityTag } ?? true
        // RFC 9110 §14.2: ranges are defined for GET alone.
        let mayBePart = isSameVersion && head.method == .get
        switch ByteRange(field: mayBePart ? request[.range] : nil, byteCount: file.byteCount) {
        case .whole: return send(0..<file.byteCount, of: file, .ok, fields)
        case .part(let range):
            fields[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.byteCount)"
            return send(range, of: file, .partialContent, fields)
        case .unsatisfiable:
            fields[.contentRange] = "bytes */\(file.byteCount)"
            return ServerResponse(status: .rangeNotSatisfiable, headerFields: fields)
        }
    }

    /// Whatever the file holds, it must not run as a page of this origin.
    private static func fields(for record: DocumentRecord) -> HTTPFields {
        let type = record.contentType
        var fields: HTTPFields = [
            .contentType: ContentDisposition.isPlainUTF8(type) ? "text/plain; charset=utf-8" : type,
            .xContentTypeOptions: "nosniff",
            .contentDisposition: ContentDisposition.field(filename: record.filename, contentType: type),
            .cacheControl: "private, no-cache",
        ]
        // A sandbox keeps browsers from starting their PDF viewer, which itself runs nothing in our origin.
        if ContentDisposition.mediaType(type) != "application/pdf" {
            fields[.contentSecurityPolicy] = "sandbox; default-src 'none'"
        }
        return fields
    }

    private static func send(
        _ range: Range<Int>, of file: StoredFile, _ status: HTTPResponse.Status, _ fields: HTTPFields
    ) -> ServerResponse {
        let body = ResponseBody.stream(contentLength: range.count) { writer in
            var rest = range
            while !rest.isEmpty {
                let piece = try await file.piece(of: rest)
                try await writer.write(piece)
                rest = rest.lowerBound + piece.count..<rest.upperBound
            }
        }
        return ServerResponse(status: status, headerFields: fields, body: body)
    }

    /// RFC 9110 §13.1.2: weak comparison with each of a list, or anything for `*`.
    private static func matches(_ field: String, _ entityTag: String) -> Bool {
        field.split(separator: ",").contains { part in
            let tag = String(part.filter { $0 != " " && $0 != "\t" })
            return tag == "*" || tag == entityTag || tag == "W/\(entityTag)"
        }
    }
}
