/// One run of bringing the index in step with its sources.
package struct SyncJob: Hashable, Codable, Sendable {
    package enum Status: String, Codable, Sendable { case running, completed, failed, cancelled }

    package struct Failure: Hashable, Codable, Sendable {
        package var documentID: String
        package var filename: String
        package var reason: String

        package init(documentID: String, filename: String, reason: String) {
            self.documentID = documentID
            self.filename = filename
            self.reason = reason
        }
    }

    /// Counts so far; `filesTotal` is known after the scan.
    package struct Progress: Hashable, Codable, Sendable {
        package var filesDone = 0
        package var filesTotal = 0
        package var chunksDone = 0
        package var currentFile: String?
        package var elapsedSeconds = 0.0

        package init() {}
    }

    /// `job_` + 26 base32 characters.
    package var id: String
    package var status: Status
    /// Unix seconds.
    package var startedAt: Int
    package var finishedAt: Int?
    /// Files found that can be read.
    package var scanned = 0
    /// Files passed over because their kind is not supported.
    package var skipped = 0
    package var added = 0
    package var updated = 0
    package var deleted = 0
    package var failed = 0
    /// The first ones, up to `failuresKeptMax`.
    package var failures: [Failure] = []
    /// Why the job as a whole failed.
    package var error: String?
    package var progress = Progress()

    package init(id: String, status: Status, startedAt: Int) {
        self.id = id
        self.status = status
        self.startedAt = startedAt
    }
}
