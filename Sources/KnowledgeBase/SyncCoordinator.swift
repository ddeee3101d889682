internal import RAG
import Synchronization

/// Holds the one running job: its live state, who watches it, and its task.
final class SyncCoordinator: Sendable {
    /// Watchers get at most this many snapshots a second, and always the last.
    private static let minimumInterval = Duration.milliseconds(100)

    private struct Watcher {
        var jobID: String
        var continuation: AsyncStream<SyncJob>.Continuation
    }

    private struct State {
        var job: SyncJob?
        /// Ended, but not yet in the table.
        var ending: SyncJob?
        /// The last job that ended, while the table could not take its end (a full disk).
        var unsaved: SyncJob?
        var startedAt = ContinuousClock.now
        var announcedAt: ContinuousClock.Instant?
        var task: Task<Void, Never>?
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 0
        /// Something changed after the running pass had looked.
        var isChanged = false
        /// Everything is to be made anew by the next pass.
        var isRebuildAsked = false
        var isStopped = false
    }

    private let state = Mutex(State())
    private let clock: @Sendable () -> Int
    private let failuresKeptMax: Int

    init(clock: @escaping @Sendable () -> Int, failuresKeptMax: Int) {
        self.clock = clock
        self.failuresKeptMax = failuresKeptMax
    }

    var running: SyncJob? { state.withLock { $0.job } }

    var unsaved: SyncJob? { state.withLock { $0.unsaved } }

    /// The job of that id while it is not in the table in its final state.
    func live(_ id: String) -> SyncJob? {
        state.withLock { state in [state.job, state.ending, state.unsaved].compactMap { $0 }.first { $0.id == id } }
    }

    /// Starts `run` under a new job, or gives the one that runs, which then looks again for what changed before this call,
    /// and makes everything anew when `rebuild` asks for it.
    func start(rebuild: Bool, _ run: @escaping @Sendable (SyncJob) async -> Void) throws -> SyncJob {
        try state.withLock { state in
            guard !state.isStopped else { throw OutcropFailure(.unavailable, "The knowledge base is closing.") }
            state.isChanged = true
            if rebuild { state.isRebuildAsked = true }
            if let job = state.job { return job }
            let job = SyncJob(id: Identifier.job(), status: .running, startedAt: clock())
            state.job = job
            state.startedAt = .now
            state.announcedAt = nil
            let previous = state.task
            state.task = Task {
                await previous?.value
                await run(job)
            }
            return job
        }
    }

    func markChanged() { state.withLock { $0.isChanged = true } }

    /// From here on a change asks for another pass. True when this one is to make everything anew.
    func beginPass() -> Bool {
        state.withLock { state in
            state.isChanged = false
            defer { state.isRebuildAsked = false }
            return state.isRebuildAsked
        }
    }

    /// Ends the job as completed, unless something changed since the pass began and another one is `allowed`; a rebuild that
    /// was asked for is never left out.
    func completeUnlessChanged(allowed: Bool) -> Bool {
        state.withLock { state in
            if state.isRebuildAsked || state.isChanged && allowed { return false }
            end(&state, .completed, error: nil)
            return true
        }
    }

    /// Changes the live job and tells those who watch.
    func update(_ change: (inout SyncJob) -> Void) {
        state.withLock { state in
            guard var job = state.job else { return }
            change(&job)
            job.progress.elapsedSeconds = Self.seconds(.now - state.startedAt)
            state.job = job
            if let announced = state.announcedAt, .now - announced < Self.minimumInterval { return }
            state.announcedAt = .now
            for watcher in state.watchers.values where watcher.jobID == job.id { watcher.continuation.yield(job) }
        }
    }

    func fail(_ failure: SyncJob.Failure) {
        update { job in
            job.failed += 1
            if job.failures.count < failuresKeptMax { job.failures.append(failure) }
        }
    }

    /// The final state of the job, as told here unless it has ended before. Another may start from now on.
    func ended(_ status: SyncJob.Status, error: String?) -> SyncJob? {
        state.withLock { state in
            if state.ending == nil { end(&state, status, error: error) }
            return state.ending
        }
    }

    private func end(_ state: inout State, _ status: SyncJob.Status, error: String?) {
        guard var job = state.job else { return }
        // Asked of this job: whoever asked sees how it ended.
        state.isRebuildAsked = false
        job.status = status
        job.error = error
        job.finishedAt = clock()
        job.progress.currentFile = nil
        job.progress.elapsedSeconds = Self.seconds(.now - state.startedAt)
        state.ending = job
        state.job = nil
    }

    /// Lets go of the ended job when it `isSaved` in the table, and ends the streams of those who watch.
    func finish(isSaved: Bool) {
        let (job, watchers) = state.withLock { state in
            let job = state.ending
            state.unsaved = isSaved ? nil : job
            let watchers = state.watchers.filter { $0.value.jobID == job?.id }
            for number in watchers.keys { state.watchers[number] = nil }
            state.ending = nil
            if state.job == nil { state.task = nil }
            return (job, watchers.values.map(\.continuation))
        }
        // Outside the lock: the end of a stream calls `forget`, which takes it.
        for watcher in watchers {
            if let job { watcher.yield(job) }
            watcher.finish()
        }
    }

    /// Snapshots of the running job; nil when it does not run.
    func watch(_ id: String) -> AsyncStream<SyncJob>? {
        let (stream, continuation) = AsyncStream.makeStream(of: SyncJob.self, bufferingPolicy: .bufferingNewest(1))
        let number: Int? = state.withLock { state in
            guard let job = [state.job, state.ending].compactMap({ $0 }).first(where: { $0.id == id }) else { return nil }
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = Watcher(jobID: id, continuation: continuation)
            continuation.yield(job)
            return state.nextWatcher
        }
        guard let number else { return nil }
        continuation.onTermination = { [weak self] _ in self?.forget(number) }
        return stream
    }

    private func forget(_ watcher: Int) { state.withLock { _ = $0.watchers.removeValue(forKey: watcher) } }

    /// Cancels the running job and waits for its end; no other starts any more.
    func stop() async {
        let task = state.withLock { state in
            state.isStopped = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
