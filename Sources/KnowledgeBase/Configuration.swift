package import Documents

extension KnowledgeBase {
    package struct Configuration: Sendable {
        package var dataDirectory: String
        /// Read-only to us; nil or missing means uploads only.
        package var documentsDirectory: String?
        package var chunker = Chunker()
        package var extractor = TextExtractor()
        /// Hits below this do not count unless the query says otherwise.
        package var minScore = 0.0
        package var filesMax = 100_000
        package var chunksPerDocumentMax = 200_000
        package var embeddingBatchSize = 32
        package var failuresKeptMax = 1_000

        package init(dataDirectory: String, documentsDirectory: String?) {
            self.dataDirectory = dataDirectory
            self.documentsDirectory = documentsDirectory
        }
    }

    /// What `/health` and `/v1/kb/status` show.
    package struct Status: Hashable, Sendable {
        package var generation: Int
        package var documentCount: Int
        package var indexedCount: Int
        package var failedCount: Int
        package var pendingCount: Int
        package var chunkCount: Int
        /// nil without a model: full text only.
        package var embeddingModel: String?
        package var embeddingDimensions: Int?
        package var runningJob: SyncJob?

        package init(
            generation: Int = 0, documentCount: Int = 0, indexedCount: Int = 0, failedCount: Int = 0, pendingCount: Int = 0,
            chunkCount: Int = 0, embeddingModel: String? = nil, embeddingDimensions: Int? = nil, runningJob: SyncJob? = nil
        ) {
            self.generation = generation
            self.documentCount = documentCount
            self.indexedCount = indexedCount
            self.failedCount = failedCount
            self.pendingCount = pendingCount
            self.chunkCount = chunkCount
            self.embeddingModel = embeddingModel
            self.embeddingDimensions = embeddingDimensions
            self.runningJob = runningJob
        }
    }
}
