/// The answer of `GET /v1/kb/status`.
package struct KBStatusObject: Hashable, Sendable {
    package struct DocumentCounts: Hashable, Sendable {
        package var total: Int
        package var indexed: Int
        package var pending: Int
        package var failed: Int

        package init(total: Int, indexed: Int, pending: Int, failed: Int) {
            self.total = total
            self.indexed = indexed
            self.pending = pending
            self.failed = failed
        }
    }

    /// Grows with every visible change of the index.
    package var generation: Int
    package var documents: DocumentCounts
    package var chunkCount: Int
    /// nil without a model: full text only.
    package var embeddingModel: String?
    package var dimensions: Int?
    /// The job asked for, else the running or latest one.
    package var job: SyncJobObject?

    package init(
        generation: Int, documents: DocumentCounts, chunkCount: Int, embeddingModel: String?, dimensions: Int?,
        job: SyncJobObject?
    ) {
        self.generation = generation
        self.documents = documents
        self.chunkCount = chunkCount
        self.embeddingModel = embeddingModel
        self.dimensions = dimensions
        self.job = job
    }
}

extension KBStatusObject: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("object", "kb.status")
            $0.field("generation", generation)
            $0.field("documents") {
                $0.field("total", documents.total)
                $0.field("indexed", documents.indexed)
                $0.field("pending", documents.pending)
                $0.field("failed", documents.failed)
            }
            $0.field("chunks", chunkCount)
            $0.field("embedding_model", embeddingModel)
            $0.field("dimensions", dimensions)
            $0.field("job", item: job)
        }
    }
}
