/// The answer of `POST /v1/documents`: where and how to send the file.
package struct DocumentUpload: Sendable {
    package var id: String
    package var filename: String
    package var url: String
    /// Form fields to send before `file`, in this order.
    package var fields: [(name: String, value: String)]
    package var bytesMax: Int
    /// Unix seconds.
    package var expiresAt: Int

    package init(
        id: String, filename: String, url: String, fields: [(name: String, value: String)], bytesMax: Int, expiresAt: Int
    ) {
        self.id = id
        self.filename = filename
        self.url = url
        self.fields = fields
        self.bytesMax = bytesMax
        self.expiresAt = expiresAt
    }
}

extension DocumentUpload: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("id", id)
            $0.field("object", "document.upload")
            $0.field("filename", filename)
            $0.field("upload") { upload in
                upload.field("method", "POST")
                upload.field("url", url)
                upload.field("fields") { for field in fields { $0.field(field.name, field.value) } }
            }
            $0.field("max_bytes", bytesMax)
            $0.field("expires_at", expiresAt)
        }
    }
}
