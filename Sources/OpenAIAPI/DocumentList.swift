/// The answer of `GET /v1/documents`: one page, OpenAI's list form.
package struct DocumentList: WireEncodable {
    package var data: [DocumentObject]
    package var hasMore: Bool

    package init(_ data: [DocumentObject], hasMore: Bool) {
        self.data = data
        self.hasMore = hasMore
    }

    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("object", "list")
            $0.field("data", items: data)
            $0.field("first_id", data.first?.id)
            $0.field("last_id", data.last?.id)
            $0.field("has_more", hasMore)
        }
    }
}

/// The answer of `DELETE /v1/documents/{id}`.
package struct DocumentDeleted: WireEncodable {
    package var id: String

    package init(id: String) {
        self.id = id
    }

    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("id", id)
            $0.field("object", "document.deleted")
            $0.field("deleted", true)
        }
    }
}
