import FoundationEssentials
import SQLite

/// The last sync jobs.
struct JobTable {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Adds or replaces; the oldest beyond `keptMax` go.
    func save(_ job: SyncJob, keptMax: Int) throws {
        let report = try MetadataText.encode(job)
        try connection.execute("UPDATE jobs SET report = ? WHERE id = ?", report, job.id)
        guard connection.changes == 0 else { return }
        try connection.execute("INSERT INTO jobs(id, report) VALUES (?, ?)", job.id, report)
        try connection.execute("DELETE FROM jobs WHERE number <= (SELECT max(number) FROM jobs) - ?", keptMax)
    }

    func job(id: String) throws -> SyncJob? {
        try connection.first("SELECT report FROM jobs WHERE id = ?", id) { decode($0.string(0)) } ?? nil
    }

    func latest() throws -> SyncJob? {
        try connection.first("SELECT report FROM jobs ORDER BY number DESC LIMIT 1") { decode($0.string(0)) } ?? nil
    }

    func all() throws -> [SyncJob] {
        try connection.rows("SELECT report FROM jobs ORDER BY number") { decode($0.string(0)) }.compactMap { $0 }
    }

    /// nil for a report in a form that another version wrote: an old report is no reason not to open.
    private func decode(_ text: String) -> SyncJob? { try? JSONDecoder().decode(SyncJob.self, from: Data(text.utf8)) }
}
