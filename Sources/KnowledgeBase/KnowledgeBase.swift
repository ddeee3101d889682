package import Logging
package import RAG
import Synchronization

/// Documents, chunks, full text and vectors in one SQLite file, kept in step with its sources.
///
/// `KnowledgeBase+Search` retrieves, `KnowledgeBase+Documents` lists, adopts and deletes, `KnowledgeBase+Sync` follows the sources.
package final class KnowledgeBase: Retriever {
    let configuration: Configuration
    let embedder: (any Embedder)?
    let logger: Logger
    let folder: DataFolder
    let store: Store
    let filters = FilterCache()
    let sync: SyncCoordinator
    /// Held until `close`; nil when opened for reading only.
    private let lock: Mutex<FolderLock?>
    /// Hashing, moving and listing files.
    let fileQueue = WorkQueue(label: "outcrop.knowledge.files", width: 2)

    /// Opens or creates `configuration.dataDirectory`/outcrop.sqlite, migrating it.
    /// Throws `OutcropFailure` `.conflict` naming `sync --rebuild` when the stored embedding model differs, or the process
    /// that has the data folder; `.notFound` when opened for reading only and there is none.
    package init(_ configuration: Configuration, embedder: (any Embedder)?, logger: Logger) async throws {
        self.configuration = configuration
        self.embedder = embedder
        self.logger = logger
        let opening = Opening(configuration: configuration, model: embedder.map { ($0.id, $0.dimensions) })
        let opened = try await fileQueue.run { try opening.open() }
        folder = opening.folder
        store = opened.store
        lock = Mutex(opened.lock)
        sync = SyncCoordinator(clock: configuration.clock, failuresKeptMax: configuration.failuresKeptMax)
        if let interrupted = opened.interruptedJobs.first {
            logger.notice("a sync was interrupted; the next one continues", metadata: ["job": "\(interrupted)"])
        }
    }

    /// Where uploads are to be written before `adoptUpload` (same file system).
    package var incomingDirectory: String { folder.incoming }

    /// From memory, never waiting for a sync or a query.
    package var status: Status {
        let snapshot = store.current
        return Status(
            generation: snapshot.generation, documentCount: snapshot.counts.documents, indexedCount: snapshot.counts.indexed,
            failedCount: snapshot.counts.failed, pendingCount: snapshot.counts.pending, chunkCount: snapshot.counts.chunks,
            embeddingModel: embedder?.id, embeddingDimensions: embedder?.dimensions, runningJob: sync.running)
    }

    /// Ends a running sync at a batch border and closes the database.
    package func close() async {
        await sync.stop()
        await store.close()
        lock.withLock { $0 = nil }
    }
}
