/// The answer of `GET /v1/models`.
package struct ModelList: WireEncodable {
    package var data: [ModelObject]

    package init(_ data: [ModelObject]) {
        self.data = data
    }

    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("object", "list")
            $0.field("data", items: data)
        }
    }
}

/// One model, also the answer of `GET /v1/models/{id}`.
package struct ModelObject: Hashable, WireEncodable {
    package var id: String
    /// Unix seconds.
    package var created: Int
    package var ownedBy: String

    package init(id: String, created: Int, ownedBy: String) {
        self.id = id
        self.created = created
        self.ownedBy = ownedBy
    }

    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("id", id)
            $0.field("object", "model")
            $0.field("created", created)
            $0.field("owned_by", ownedBy)
        }
    }
}
