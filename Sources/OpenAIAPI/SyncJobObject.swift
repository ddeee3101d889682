/// One sync, running or ended.
package struct SyncJobObject: Hashable, Sendable {
    package struct Failure: Hashable, Sendable {
        package var documentID: String
        package var filename: String
        package var reason: String

        package init(documentID: String, filename: String, reason: String) {
            self.documentID = documentID
            self.filename = filename
            self.reason = reason
        }
    }

    package struct Progress: Hashable, Sendable {
        package var filesDone: Int
        package var filesTotal: Int
        package var chunksDone: Int
        package var elapsedSeconds: Double
        package var currentFile: String?

        package init(filesDone: Int, filesTotal: Int, chunksDone: Int, elapsedSeconds: Double, currentFile: String?) {
            self.filesDone = filesDone
            self.filesTotal = filesTotal
            self.chunksDone = chunksDone
            self.elapsedSeconds = elapsedSeconds
            self.currentFile = currentFile
        }
    }

    package struct Counts: Hashable, Sendable {
        package var scanned: Int
        package var added: Int
        package var updated: Int
        package var deleted: Int
        package var failed: Int

        package init(scanned: Int, added: Int, updated: Int, deleted: Int, failed: Int) {
            self.scanned = scanned
            self.added = added
            self.updated = updated
            self.deleted = deleted
            self.failed = failed
        }
    }

    package var id: String
    /// `running`, `completed`, `failed` or `cancelled`.
    package var status: String
    /// Unix seconds.
    package var startedAt: Int
    package var finishedAt: Int?
    package var counts: Counts
    package var failures: [Failure]
    /// Why the job as a whole failed.
    package var error: String?
    package var progress: Progress

    package init(
        id: String, status: String, startedAt: Int, finishedAt: Int?, counts: Counts, failures: [Failure], error: String?,
        progress: Progress
    ) {
        self.id = id
        self.status = status
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.counts = counts
        self.failures = failures
        self.error = error
        self.progress = progress
    }
}

extension SyncJobObject: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("id", id)
            $0.field("object", "kb.sync_job")
            $0.field("status", status)
            $0.field("started_at", startedAt)
            $0.field("finished_at", finishedAt)
            $0.field("scanned", counts.scanned)
            $0.field("added", counts.added)
            $0.field("updated", counts.updated)
            $0.field("deleted", counts.deleted)
            $0.field("failed", counts.failed)
            $0.field("failures", items: failures)
            $0.field("error", error)
            $0.field("progress", item: progress)
        }
    }
}

extension SyncJobObject.Failure: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("document_id", documentID)
            $0.field("filename", filename)
            $0.field("reason", reason)
        }
    }
}

extension SyncJobObject.Progress: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("files_done", filesDone)
            $0.field("files_total", filesTotal)
            $0.field("chunks_done", chunksDone)
            $0.field("elapsed_seconds", elapsedSeconds)
            $0.field("current_file", currentFile)
        }
    }
}
