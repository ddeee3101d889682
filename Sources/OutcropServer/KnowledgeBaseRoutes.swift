internal import HTTP
internal import HTTPTypes
internal import KnowledgeBase
internal import OpenAIAPI
internal import RAG

/// `/v1/kb/…`: bringing the index in step with its sources, its state, and search without an answer.
struct KnowledgeBaseRoutes: RouteGroup {
    private let parts: Parts

    init(_ parts: Parts) { self.parts = parts }

    var routes: [Route] {
        [
            Route(.post, "/v1/kb/sync", sync),
            Route(.get, "/v1/kb/status", status),
            Route(.post, "/v1/kb/search", search),
        ]
    }

    private func sync(_ call: Call) async throws -> ServerResponse {
        let request = try await parts.decode(SyncRequest.self, from: call)
        let job = try await parts.knowledgeBase.startSync(rebuild: request.rebuild)
        return .json(SyncJobObject(job), status: .accepted)
    }

    private func status(_ call: Call) async throws -> ServerResponse {
        let job = try await job(id: call.request.target.queryValue("job_id"))
        return .json(KBStatusObject(parts.knowledgeBase.status, job: job))
    }

    /// The job asked for, else the running one, else the latest.
    private func job(id: String?) async throws -> SyncJob? {
        guard let id else {
            if let running = parts.knowledgeBase.status.runningJob { return running }
            return try await parts.knowledgeBase.latestJob()
        }
        guard let job = try await parts.knowledgeBase.job(id: id) else {
            throw OutcropFailure(
                .notFound, code: "job_not_found", "There is no job \(id.prefix(64)). POST /v1/kb/sync starts one.",
                parameter: "job_id")
        }
        return job
    }

    private func search(_ call: Call) async throws -> ServerResponse {
        let request = try await parts.decode(SearchRequest.self, from: call)
        let passages = try await parts.retrieve(request.retrievalQuery())
        return .json(SearchResults(queries: request.queries, passages: passages))
    }
}

extension SyncJobObject {
    init(_ job: SyncJob) {
        self.init(
            id: job.id, status: job.status.rawValue, startedAt: job.startedAt, finishedAt: job.finishedAt,
            counts: Counts(
                scanned: job.scanned, added: job.added, updated: job.updated, deleted: job.deleted, failed: job.failed),
            failures: job.failures.map { Failure(documentID: $0.documentID, filename: $0.filename, reason: $0.reason) },
            error: job.error,
            progress: Progress(job.progress))
    }
}

extension SyncJobObject.Progress {
    init(_ progress: SyncJob.Progress) {
        self.init(
            filesDone: progress.filesDone, filesTotal: progress.filesTotal, chunksDone: progress.chunksDone,
            elapsedSeconds: progress.elapsedSeconds, currentFile: progress.currentFile)
    }
}

extension KBStatusObject {
    init(_ status: KnowledgeBase.Status, job: SyncJob?) {
        self.init(
            generation: status.generation,
            documents: DocumentCounts(
                total: status.documentCount, indexed: status.indexedCount, pending: status.pendingCount,
                failed: status.failedCount),
            chunkCount: status.chunkCount, embeddingModel: status.embeddingModel, dimensions: status.embeddingDimensions,
            job: job.map(SyncJobObject.init))
    }
}
