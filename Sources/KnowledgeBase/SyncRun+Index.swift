internal import Documents
internal import RAG

extension SyncRun {
    /// Takes every candidate in. Several are read and embedded at once, so that small documents keep every core busy; they are
    /// written one after the other in the order of the plan, so that the same files always get the same chunk ids.
    func index(_ candidates: [SyncPlan.Candidate]) async throws {
        let reader = IntakeReader(self)
        try await withThrowingTaskGroup(of: (Int, Intake).self) { group in
            var window = IntakeWindow(
                byteCounts: candidates.map(\.file.byteCount), countMax: configuration.documentsInFlight,
                byteCountMax: configuration.documentBytesInFlight)
            var ready: [Int: Intake] = [:]
            var embeddingFailures = 0
            for (number, candidate) in candidates.enumerated() {
                sync.update { $0.progress.currentFile = candidate.file.filename }
                while let next = window.admit() {
                    group.addTask { (next, try await reader.read(candidates[next])) }
                }
                while ready[number] == nil, let (done, intake) = try await group.next() { ready[done] = intake }
                try Task.checkCancellation()
                guard let intake = ready.removeValue(forKey: number) else { return }
                try await take(candidate, intake)
                window.release(number)
                embeddingFailures = intake.embeddingFailure == nil ? 0 : embeddingFailures + 1
                if let failure = intake.embeddingFailure, embeddingFailures == Self.embeddingFailuresMax {
                    throw failure.jobFailure
                }
                sync.update { $0.progress.filesDone += 1 }
            }
        }
    }

    private func take(_ candidate: SyncPlan.Candidate, _ intake: Intake) async throws {
        let preparation = intake.preparation
        if let failure = intake.embeddingFailure { return try await keep(candidate, preparation, failure) }
        switch preparation.content {
        case .vanished: try await removeVanished(candidate)
        case .failed(let reason, let isTransient):
            try await fail(candidate, preparation, reason: reason, isTransient: isTransient)
        case .same: try await touch(candidate, preparation, vectors: intake.vectors)
        case .extracted(let document): try await replace(candidate, intake, document)
        }
    }

    // MARK: Content is new

    private func replace(_ candidate: SyncPlan.Candidate, _ intake: Intake, _ document: ExtractedDocument) async throws {
        let revised = revision(candidate, intake.preparation, status: .indexed, pageCount: document.pageCount)
        let outcome = try await store.write(.repeatable) { [now = configuration.clock()] change in
            guard let entry = try change.current(candidate, revised.fingerprint, now: now) else { return Outcome.dropped }
            try change.removeChunks(of: entry)
            try change.insertChunks(intake.chunks, text: document.text, vectors: intake.vectors, of: entry)
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

    // MARK: Content is the same

    /// Metadata, stamp, and vectors that a run without the model left out.
    private func touch(_ candidate: SyncPlan.Candidate, _ preparation: Preparation, vectors: [[Float]]?) async throws {
        guard let entry = candidate.entry else { return try await keepHidden(candidate, preparation) }
        let revised = revision(candidate, preparation, status: entry.chunkCount > 0 ? .indexed : .failed, pageCount: nil)
        let outcome = try await store.write(.repeatable) { [now = configuration.clock()] change -> Outcome in
            guard let current = try change.current(candidate, revised.fingerprint, now: now) else { return .dropped }
            if let vectors, current.firstChunk == entry.firstChunk { try change.embed(current, vectors: vectors) }
            let isChanged = try change.touch(current, revised)
            return isChanged || vectors != nil ? .updated : .dropped
        }
        count(outcome)
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
