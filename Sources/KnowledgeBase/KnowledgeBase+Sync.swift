internal import RAG

extension KnowledgeBase {
    /// Starts a sync, or returns the one that runs; that one then looks again, so that what was there before this call is
    /// covered by the job returned. `rebuild` reads, cuts and embeds every document anew; a sync that runs does so when it has
    /// looked through the files, and one cut off is continued by the next.
    package func startSync(rebuild: Bool) async throws -> SyncJob {
        guard !configuration.isReadOnly else {
            throw OutcropFailure(.conflict, code: "read_only", "This knowledge base was opened for reading only.")
        }
        return try sync.start(rebuild: rebuild) { [self] job in await runSync(job) }
    }

    /// Waits until this job has ended. Throws `OutcropFailure` `.notFound` for an unknown job.
    package func waitForSync(_ id: String) async throws -> SyncJob {
        for await _ in progress(of: id) {}
        try Task.checkCancellation()
        guard let job = try await job(id: id) else { throw OutcropFailure(.notFound, "There is no sync job \(id).") }
        return job
    }

    package func job(id: String) async throws -> SyncJob? {
        if let live = sync.live(id) { return live }
        return try await store.read { connection, _ in try JobTable(connection).job(id: id) }
    }

    package func latestJob() async throws -> SyncJob? {
        if let job = sync.running ?? sync.unsaved { return job }
        return try await store.read { connection, _ in try JobTable(connection).latest() }
    }

    /// Snapshots of a running job, a few a second, ending with the last one; of an ended job that one alone.
    package func progress(of id: String) -> AsyncStream<SyncJob> {
        if let stream = sync.watch(id) { return stream }
        let (stream, continuation) = AsyncStream.makeStream(of: SyncJob.self, bufferingPolicy: .bufferingNewest(1))
        let task = Task {
            if let job = try? await job(id: id) { continuation.yield(job) }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    private func runSync(_ job: SyncJob) async {
        let (status, error) = await outcome(job)
        if let ended = sync.ended(status, error: error) {
            // The folder is looked at every minute: that nothing has changed is no news.
            let isNews = status != .completed || ended.added + ended.updated + ended.deleted + ended.failed > 0
            logger.log(
                level: isNews ? .info : .debug, "sync ended",
                metadata: [
                    "job": "\(job.id)", "status": "\(status.rawValue)", "added": "\(ended.added)", "updated": "\(ended.updated)",
                    "deleted": "\(ended.deleted)", "failed": "\(ended.failed)",
                ])
            // Its own task: the record of a cancelled job must not be cancelled with it.
            let isSaved = await Task { [self] in (try? await save(ended)) != nil }.value
            sync.finish(isSaved: isSaved)
        }
    }

    private func outcome(_ job: SyncJob) async -> (SyncJob.Status, String?) {
        do {
            try await save(job)
            try await SyncRun(self).run()
            return (.completed, nil)
        } catch is CancellationError {
            return (.cancelled, nil)
        } catch let failure as OutcropFailure {
            return (.failed, failure.message)
        } catch {
            logger.error("sync failed", metadata: ["job": "\(job.id)", "error": "\(error)"])
            return (.failed, "The sync failed: \(error).")
        }
    }

    private func save(_ job: SyncJob) async throws {
        try await store.write(.repeatable) { [keptMax = configuration.jobsKeptMax] change in
            try JobTable(change.connection).save(job, keptMax: keptMax)
        }
    }
}
