import Foundation
import KnowledgeBase
import RAG
import Synchronization

@testable import OutcropServer

/// A knowledge base in memory that keeps uploads as files and fails when told.
final class MemoryKnowledge: Knowledge {
    struct State {
        var records: [DocumentRecord] = []
        var paths: [String: String] = [:]
        var jobs: [SyncJob] = []
        var status = KnowledgeBase.Status(
            generation: 3, documentCount: 2, indexedCount: 1, failedCount: 1, chunkCount: 9, embeddingModel: "mini",
            embeddingDimensions: 3)
        var passages: [Passage] = []
        var queries: [RetrievalQuery] = []
        /// Thrown by every call that can throw.
        var failure: (any Error)?
        /// Thrown by `startSync` alone.
        var syncFailure: (any Error)?
    }

    let directory: TemporaryDirectory
    let state = Mutex(State())

    init() throws { directory = try TemporaryDirectory() }

    var status: KnowledgeBase.Status { state.withLock { $0.status } }
    var incomingDirectory: String { directory.path }

    private func checked<Value: Sendable>(_ body: (inout State) -> Value) throws -> Value {
        let outcome: Result<Value, any Error> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            return .success(body(&state))
        }
        return try outcome.get()
    }

    /// Adds a document with its original.
    func add(_ filename: String, _ content: [UInt8], contentType: String) throws -> DocumentRecord {
        let record = DocumentRecord(
            id: "doc_\(filename)", source: .folder, filename: filename, byteCount: content.count, contentType: contentType,
            etag: "e7a9",
            createdAt: 1_700_000_000, status: .indexed, chunkCount: 1)
        let path = try directory.file(filename.replacingOccurrences(of: "/", with: "_"), content)
        state.withLock {
            $0.records.append(record)
            $0.paths[record.id] = path
        }
        return record
    }

    func uploadID(filename: String) -> String { "doc_up_\(filename)" }
    func contentType(forFilename name: String) -> String {
        name.hasSuffix(".pdf") ? "application/pdf" : "application/octet-stream"
    }

    func documents(limit: Int, after: String?) async throws -> (documents: [DocumentRecord], hasMore: Bool) {
        try checked { state in
            let start = after.flatMap { id in state.records.firstIndex { $0.id == id } }.map { $0 + 1 } ?? 0
            let rest = state.records[start...]
            return (Array(rest.prefix(limit)), rest.count > limit)
        }
    }

    func document(id: String) async throws -> DocumentRecord? { try checked { $0.records.first { $0.id == id } } }
    func originalPath(id: String) async throws -> String? { try checked { $0.paths[id] } }

    func delete(id: String) async throws -> Bool {
        try checked { state in
            let count = state.records.count
            state.records.removeAll { $0.id == id }
            return state.records.count < count
        }
    }

    func adoptUpload(
        temporaryPath: String, filename: String, contentType: String, metadata: [String: JSONValue]
    ) async throws -> DocumentRecord {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        let path = "\(directory.path)/adopted"
        try FileManager.default.moveItem(atPath: temporaryPath, toPath: path)
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? -1
        let record = DocumentRecord(
            id: uploadID(filename: filename), source: .upload, filename: filename, byteCount: size, contentType: contentType,
            etag: "00", createdAt: 1_790_000_000, status: .pending, metadata: metadata)
        state.withLock {
            $0.records.append(record)
            $0.paths[record.id] = path
        }
        return record
    }

    func startSync(rebuild: Bool) async throws -> SyncJob {
        if let failure = state.withLock({ $0.syncFailure }) { throw failure }
        return try checked { state in
            var job = SyncJob(id: rebuild ? "job_rebuild" : "job_sync", status: .running, startedAt: 1_790_000_000)
            job.scanned = 2
            job.failures = [SyncJob.Failure(documentID: "doc_x", filename: "x.pdf", reason: "it is encrypted")]
            state.jobs.append(job)
            return job
        }
    }

    func job(id: String) async throws -> SyncJob? { try checked { $0.jobs.first { $0.id == id } } }
    func latestJob() async throws -> SyncJob? { try checked { $0.jobs.last } }

    func retrieve(_ query: RetrievalQuery) async throws -> [Passage] {
        try checked { state in
            state.queries.append(query)
            return state.passages
        }
    }
}
