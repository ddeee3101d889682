package import Documents
import Glibc

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
        /// A document's vectors stand in memory until it commits as a whole: 77 MB for these at 384 dimensions, and twice that
        /// because two documents are always under way. As many as the embedding cache holds, so that a document cut off halfway is not computed again.
        package var chunksPerDocumentMax = 50_000
        /// Documents that are read and embedded at once, and the bytes of their files; two are always let in.
        package var documentsInFlight = 4
        package var documentBytesInFlight = 4 * 1_048_576
        package var embeddingBatchSize = 32
        package var failuresKeptMax = 1_000
        /// Vectors kept for texts that come back; the least recently used go first.
        package var embeddingCacheEntriesMax = 50_000
        /// Bytes of one document's metadata, sidecar file or upload.
        package var metadataBytesMax = 65_536
        package var jobsKeptMax = 100
        /// Opens an existing knowledge base without the lock and without changing it, beside a server that writes.
        package var isReadOnly = false
        /// Lets another embedding model in: the stored vectors are dropped and made anew by the next sync.
        package var rebuild = false

        // MARK: Search
        /// Weights of bm25 (as a part of the best hit's) and cosine in the order of hits. Tuned on SciFact, checked on
        /// chunking_evaluation; 0 leaves that kind of search out.
        package var ftsWeight = 0.3
        package var vectorWeight = 0.7
        /// Weight of file name and headings beside the text in bm25.
        package var contextWeight = 0.3
        /// Hits taken from each list before fusion.
        package var candidatesMax = 100
        package var topKMax = 200
        package var queryTextsMax = 16
        /// Connections that read while one writes.
        package var readerCount = 2

        // MARK: Database
        /// Pages in the write-ahead log before they are moved into the file.
        package var checkpointPages = 1_000
        /// Bytes of the log from which on a commit waits shortly for readers, so that the log can begin anew.
        package var logBytesMax = 64 * 1_048_576
        /// Unix seconds.
        package var clock: @Sendable () -> Int = { Int(time(nil)) }

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
