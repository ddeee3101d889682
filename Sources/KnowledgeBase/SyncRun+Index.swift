internal import Documents
internal import RAG

extension SyncRun {
    /// Takes every candidate in, one after the other; the next is read meanwhile.
    func index(_ candidates: [SyncPlan.Candidate], isRebuild: Bool) async throws {
        let preparer = Preparer(
            extractor: configuration.extractor, fileQueue: fileQueue, metadataBytesMax: configuration.metadataBytesMax,
            pipeline: pipeline, isRebuild: isRebuild)
        guard let first = candidates.first else { return }
        var embeddingFailures = 0
        var prepared = try await preparer.prepare(first)
        for (number, candidate) in candidates.enumerated() {
            try Task.checkCancellation()
            sync.update { $0.progress.currentFile = candidate.file.filename }
            let current = prepared
            let next = number + 1 < candidates.count ? candidates[number + 1] : nil
            async let upcoming = prepareNext(next, preparer)
            do {
                try await take(candidate, current)
                embeddingFailures = 0
            } catch let failure as EmbeddingFailure {
                try await keep(candidate, current, failure)
                embeddingFailures += 1
                if embeddingFailures == Self.embeddingFailuresMax { throw failure.jobFailure }
            }
            sync.update { $0.progress.filesDone += 1 }
            if let following = try await upcoming { prepared = following }
        }
    }

    private func prepareNext(_ candidate: SyncPlan.Candidate?, _ preparer: Preparer) async throws -> Preparation? {
        guard let candidate else { return nil }
        return try await preparer.prepare(candidate)
    }

    private func take(_ candidate: SyncPlan.Candidate, _ preparation: Preparation) async throws {
        switch preparation.content {
        case .vanished: try await removeVanished(candidate)
        case .failed(let reason, let isTransient):
            try await fail(candidate, preparation, reason: reason, isTransient: isTransient)
        case .same: try await touch(candidate, preparation)
        case .extracted(let document): try await replace(candidate, preparation, document)
        }
    }

    // MARK: Content is new

    private func replace(_ candidate: SyncPlan.Candidate, _ preparation: Preparation, _ document: ExtractedDocument) async throws
    {
        let chunks = try await chunkQueue.run { [chunker = configuration.chunker] in chunker.chunks(of: document) }
        guard chunks.count <= configuration.chunksPerDocumentMax else {
            let reason =
                "The document has \(chunks.count) passages; at most \(configuration.chunksPerDocumentMax) are taken. Split it."
            return try await fail(candidate, preparation, reason: reason, isTransient: false)
        }
        guard !chunks.isEmpty else {
            return try await fail(candidate, preparation, reason: "There is no text in this file.", isTransient: false)
        }
        let vectors = try await embed(chunks.count) { chunks[$0].map(\.text) }
        let revised = revision(candidate, preparation, status: .indexed, pageCount: document.pageCount)
        let outcome = try await store.write(.repeatable) { [now = configuration.clock()] change in
            guard let entry = try change.current(candidate, revised.fingerprint, now: now) else { return Outcome.dropped }
            try change.removeChunks(of: entry)
            try change.insertChunks(chunks, text: document.text, vectors: vectors, of: entry)
            try change.update(entry, revised)
            return entry.indexedETag.isEmpty && entry.chunkCount == 0 ? .added : .updated
        }
        count(outcome)
    }

    private enum Outcome: Sendable { case added, updated, dropped }

    private func count(_ outcome: Outcome) {
        sync.update { job in
            switch outcome {
            case .added: job.added += 1
            case .updated: job.updated += 1
            case .dropped: break
            }
        }
    }

    /// Vectors in batches; nil without a model.
    private func embed(_ count: Int, texts: (Range<Int>) async throws -> [String]) async throws -> [[Float]]? {
        guard let cache else {
            sync.update { $0.progress.chunksDone += count }
            return nil
        }
        var vectors: [[Float]] = []
        vectors.reserveCapacity(count)
        while vectors.count < count {
            try Task.checkCancellation()
            let batch = try await texts(vectors.count..<min(vectors.count + max(1, configuration.embeddingBatchSize), count))
            do {
                vectors += try await cache.vectors(batch)
            } catch let error as CancellationError {
                throw error
            } catch {
                throw EmbeddingFailure(error)
            }
            sync.update { $0.progress.chunksDone += batch.count }
        }
        return vectors
    }

    // MARK: Content is the same

    /// Metadata, stamp, and vectors that a run without the model left out.
    private func touch(_ candidate: SyncPlan.Candidate, _ preparation: Preparation) async throws {
        guard let entry = candidate.entry else { return try await keepHidden(candidate, preparation) }
        let vectors = try await missingVectors(entry)
        let revised = revision(candidate, preparation, status: entry.chunkCount > 0 ? .indexed : .failed, pageCount: nil)
        let outcome = try await store.write(.repeatable) { [now = configuration.clock()] change -> Outcome in
            guard let current = try change.current(candidate, revised.fingerprint, now: now) else { return .dropped }
            if let vectors, current.firstChunk == entry.firstChunk { try change.embed(current, vectors: vectors) }
            let isChanged = try change.touch(current, revised)
            return isChanged || vectors != nil ? .updated : .dropped
        }
        count(outcome)
    }

    private func missingVectors(_ entry: CatalogueEntry) async throws -> [[Float]]? {
        guard cache != nil, !entry.isEmbedded, entry.chunkCount > 0 else { return nil }
        return try await embed(entry.chunkCount) { batch in
            try await store.read { connection, _ in
                var stored = StoredText(connection, document: entry.row)
                return try connection.rows(
                    "SELECT start, end FROM chunks WHERE id >= ? AND id < ? ORDER BY id",
                    entry.firstChunk + Int64(batch.lowerBound),
                    entry.firstChunk + Int64(batch.upperBound)
                ) { $0.int(0)..<$0.int(1) }.map { try stored.text($0) ?? "" }
            }
        }
    }

    /// Remembers the hidden file's stamp and, where it was not known, its content.
    private func keepHidden(_ candidate: SyncPlan.Candidate, _ preparation: Preparation) async throws {
        guard var hidden = candidate.hidden, let fingerprint = preparation.fingerprint else { return }
        hidden.etag = fingerprint.etag
        hidden.stamp = fingerprint.stamp.settledText(now: configuration.clock())
        try await store.write(.repeatable) { [hidden] change in
            if try change.catalogue.hidden(id: hidden.id) != nil { try change.catalogue.hide(hidden) }
        }
    }

    // MARK: No content

    /// Nothing is left of a document whose file cannot be read: what it said before is not what a citation would open.
    private func fail(_ candidate: SyncPlan.Candidate, _ preparation: Preparation, reason: String, isTransient: Bool) async throws
    {
        var revised = revision(candidate, preparation, status: .failed, pageCount: nil)
        revised.error = reason
        // Whenever the file is looked at again, it is read again; a transient failure is looked at by every sync.
        revised.indexedETag = ""
        if isTransient { revised.stamp = "" }
        let isKept = try await store.write(.repeatable) { [revised, now = configuration.clock()] change in
            guard let entry = try change.current(candidate, revised.fingerprint, now: now) else { return false }
            try change.removeChunks(of: entry)
            try change.update(entry, revised)
            return true
        }
        if isKept { sync.fail(SyncJob.Failure(documentID: candidate.id, filename: candidate.file.filename, reason: reason)) }
    }

    private func removeVanished(_ candidate: SyncPlan.Candidate) async throws {
        guard let entry = candidate.entry else { return }
        let isRemoved = try await store.write(.repeatable) { change in
            guard let current = try change.catalogue.entry(row: entry.row), current.revision == entry.revision else {
                return false
            }
            try change.remove(current)
            return true
        }
        if isRemoved, entry.chunkCount > 0 { sync.update { $0.deleted += 1 } }
    }

    /// The model failed, not the document: chunks that stand stay, and the next sync tries again.
    private func keep(_ candidate: SyncPlan.Candidate, _ preparation: Preparation, _ failure: EmbeddingFailure) async throws {
        if candidate.entry?.chunkCount ?? 0 == 0 {
            return try await fail(candidate, preparation, reason: failure.reason, isTransient: true)
        }
        sync.fail(SyncJob.Failure(documentID: candidate.id, filename: candidate.file.filename, reason: failure.reason))
    }

    private func revision(
        _ candidate: SyncPlan.Candidate, _ preparation: Preparation, status: DocumentRecord.Status, pageCount: Int?
    ) -> DocumentRevision {
        let now = configuration.clock()
        return DocumentRevision(
            fingerprint: preparation.fingerprint, status: status, pageCount: pageCount, metadata: preparation.metadata,
            stamp: preparation.fingerprint?.stamp.settledText(now: now) ?? "",
            sidecarStamp: candidate.file.sidecar.map { $0.settledText(now: now) } ?? "none",
            indexedETag: preparation.fingerprint?.etag ?? "", pipeline: pipeline)
    }
}

/// The embedding model gave no vectors.
struct EmbeddingFailure: Error, Sendable {
    /// For people; only what may be told.
    let reason: String

    init(_ error: any Error) {
        reason = (error as? OutcropFailure)?.message ?? "The embedding model failed; the next sync tries again."
    }

    var jobFailure: OutcropFailure {
        OutcropFailure(
            .unavailable, code: "embedding_failed",
            "The embedding model failed \(SyncRun.embeddingFailuresMax) times in a row: \(reason) The next sync continues here.")
    }
}
