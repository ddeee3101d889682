/// The answer of `GET /health`.
package struct HealthObject: Hashable, Sendable {
    package var version: String
    package var generation: Int
    package var documentCount: Int
    package var chunkCount: Int
    /// The model that answers.
    package var model: String
    /// nil without a model: full text only.
    package var embeddingModel: String?
    /// What works less well than it could, for people; any note makes the status `degraded` instead of `ok`.
    package var notes: [String]

    package init(
        version: String, generation: Int, documentCount: Int, chunkCount: Int, model: String, embeddingModel: String?,
        notes: [String] = []
    ) {
        self.version = version
        self.generation = generation
        self.documentCount = documentCount
        self.chunkCount = chunkCount
        self.model = model
        self.embeddingModel = embeddingModel
        self.notes = notes
    }
}

extension HealthObject: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("status", notes.isEmpty ? "ok" : "degraded")
            $0.field("version", version)
            $0.field("generation", generation)
            $0.field("documents", documentCount)
            $0.field("chunks", chunkCount)
            $0.field("model", model)
            $0.field("embedding_model", embeddingModel)
            $0.field("notes", notes)
        }
    }
}
