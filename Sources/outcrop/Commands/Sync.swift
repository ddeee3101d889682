import ArgumentParser
import KnowledgeBase
import Logging

struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings the index in step with the documents folder and the uploads.")

    @OptionGroup var flags: KnowledgeFlags
    @Flag(help: "Forget all passages and vectors and make them anew (needed after a change of model or passage size).")
    var rebuild = false

    func run() async throws {
        let settings = try CommandRun.settings(flags)
        try await CommandRun.reporting {
            let logger = CommandRun.logger(settings)
            let parts = try await Parts(settings, logger: logger, access: rebuild ? .rebuilder : .writer)
            let job = try await parts.sync(rebuild: rebuild)
            await parts.knowledgeBase.close()
            print(SyncSummary.text(job, parts.knowledgeBase.status))
            guard job.status == .completed else { throw ExitCode.failure }
            guard job.failed == 0 else { throw ExitCode(2) }
        }
    }
}

extension Parts {
    /// Syncs to the end with progress on the terminal or in the log.
    func sync(rebuild: Bool = false) async throws -> SyncJob {
        let job = try await knowledgeBase.startSync(rebuild: rebuild)
        var report = ProgressReport(logger: logger)
        await report.follow(job.id, in: knowledgeBase)
        return try await knowledgeBase.waitForSync(job.id)
    }
}

/// What a sync did, for people.
enum SyncSummary {
    static func text(_ job: SyncJob, _ status: KnowledgeBase.Status) -> String {
        var lines = [
            "\(job.scanned) files: \(job.added) added, \(job.updated) updated, \(job.deleted) deleted, \(job.failed) failed. "
                + "The index holds \(status.indexedCount) documents in \(status.chunkCount) passages (generation \(status.generation))."
        ]
        if let error = job.error { lines.append("The sync stopped: \(error)") }
        lines += job.failures.map { "  \($0.filename): \($0.reason)" }
        return lines.joined(separator: "\n")
    }
}
