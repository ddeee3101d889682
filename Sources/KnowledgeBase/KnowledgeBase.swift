package import Logging
package import RAG

/// Documents, chunks, full text and vectors in one SQLite file, kept in step with its sources.
package final class KnowledgeBase: Retriever {
    /// Opens or creates `configuration.dataDirectory`/outcrop.sqlite, migrating it.
    /// Throws `OutcropFailure` `.conflict` naming `sync --rebuild` when the stored embedding model differs.
    package init(_ configuration: Configuration, embedder: (any Embedder)?, logger: Logger) async throws { fatalError("contract") }

    // MARK: Search
    package func retrieve(_ query: RetrievalQuery) async throws -> [Passage] { fatalError("contract") }
    package func hasDocuments() async throws -> Bool { fatalError("contract") }
    package func storedText(documentID: String, range: Range<Int>) async throws -> String? { fatalError("contract") }

    // MARK: Documents
    /// In order of creation, newest last; `after` is a document id.
    package func documents(limit: Int, after: String?) async throws -> (documents: [DocumentRecord], hasMore: Bool) { fatalError("contract") }
    package func document(id: String) async throws -> DocumentRecord? { fatalError("contract") }
    /// Path of the original file, nil when it is not known or not there any more.
    package func originalPath(id: String) async throws -> String? { fatalError("contract") }
    /// Tombstones at once (no answer uses it from now on), then removes an uploaded original; a folder's file is hidden until its content changes.
    /// False when there is no such document.
    package func delete(id: String) async throws -> Bool { fatalError("contract") }
    /// Takes a completely received file into `uploads/` under `filename` (replacing one of that name) and lists it as pending; durable on return.
    package func adoptUpload(temporaryPath: String, filename: String, contentType: String, metadata: [String: JSONValue]) async throws -> DocumentRecord { fatalError("contract") }
    /// Where uploads are to be written before `adoptUpload` (same file system).
    package var incomingDirectory: String { fatalError("contract") }

    // MARK: Sync
    /// Starts a sync, or returns the one that runs.
    package func startSync(rebuild: Bool) async throws -> SyncJob { fatalError("contract") }
    /// Waits until this job has ended.
    package func waitForSync(_ id: String) async throws -> SyncJob { fatalError("contract") }
    package func job(id: String) async throws -> SyncJob? { fatalError("contract") }
    package func latestJob() async throws -> SyncJob? { fatalError("contract") }
    /// Snapshots of a running job, a few a second, ending with the last one.
    package func progress(of id: String) -> AsyncStream<SyncJob> { fatalError("contract") }

    /// From memory, never waiting for a sync or a query.
    package var status: Status { fatalError("contract") }
    /// Ends a running sync at a batch border and closes the database.
    package func close() async { fatalError("contract") }
}
