internal import Documents
internal import RAG

/// One sync job: passes over the sources until nothing changed meanwhile.
///
/// A pass lists files, removes what is gone, then takes candidates in: a few are read and embedded at once, so that memory
/// holds their texts and vectors only (`IntakeWindow`). Each document commits alone and as a whole.
struct SyncRun: Sendable {
    /// Passes of one job; a folder that never rests is left to the next job.
    static let passesMax = 8
    /// Rows listed as pending in one transaction.
    static let pendingBatchSize = 500
    /// Failures of the embedding model in a row that end the job: the model is not to be reached.
    static let embeddingFailuresMax = 5
    /// Grows when extraction gives other text for the same file, so that everything is read anew.
    static let pipelineVersion = 1

    let configuration: KnowledgeBase.Configuration
    let store: Store
    let sync: SyncCoordinator
    let folder: DataFolder
    let cache: EmbeddingCache?
    let fileQueue: WorkQueue

    init(_ base: KnowledgeBase) {
        configuration = base.configuration
        store = base.store
        sync = base.sync
        folder = base.folder
        fileQueue = base.fileQueue
        cache = base.embedder.map {
            EmbeddingCache(store: base.store, embedder: $0, entriesMax: base.configuration.embeddingCacheEntriesMax)
        }
    }

    var pipeline: String { "\(Self.pipelineVersion):\(configuration.chunker.size):\(configuration.chunker.overlap)" }

    func run() async throws {
        var passes = 0
        repeat {
            if sync.beginPass() { try await forgetContent() }
            try await pass()
            passes += 1
        } while !sync.completeUnlessChanged(allowed: passes < Self.passesMax)
    }

    /// Asks for everything to be read, cut and embedded anew. Written down, so that a rebuild cut off goes on at the next sync.
    private func forgetContent() async throws {
        try await store.write(.repeatable) { change in
            try change.connection.execute("UPDATE documents SET pipeline = ''")
            try change.connection.execute("DELETE FROM embedding_cache")
        }
    }

    private func pass() async throws {
        // The catalogue first: a file that is adopted in between is then new to both, never missing.
        let (entries, hidden) = try await store.read { connection, _ in
            (try Catalogue(connection).entries(), try Catalogue(connection).hidden())
        }
        let scan = try await scan(entries)
        let conditions = SyncPlan.Conditions(
            pipeline: pipeline, hasEmbedder: cache != nil,
            listedSources: Set(scan.results.map(\.source.rawValue)))
        let plan = SyncPlan(scans: scan.results, entries: entries, hidden: hidden, conditions: conditions)
        announce(plan, scan.results.map(\.result))
        try await removeGone(plan)
        let candidates = try await listAsPending(plan.candidates)
        try await index(candidates)
        if let problem = scan.problem { throw problem }
    }

    // MARK: Scan

    private struct Scan: Sendable {
        var results: [(source: DocumentRecord.Source, result: FolderScanner.Result)]
        /// Told at the end of the pass, when everything else is done.
        var problem: OutcropFailure?
    }

    private func scan(_ entries: [CatalogueEntry]) async throws -> Scan {
        let hasFolderDocuments = entries.contains { $0.source == .folder }
        return try await fileQueue.run { [configuration, folder] in
            let uploads = FolderScanner(root: folder.uploads, extensions: nil, filesMax: configuration.filesMax)
            var scan = Scan(results: [(.upload, try uploads.scan())])
            guard let root = configuration.documentsDirectory else { return scan }
            let scanner = FolderScanner(
                root: root, extensions: TextExtractor.extensions, filesMax: configuration.filesMax, excludedFolder: folder.path)
            do {
                scan.results.append((.folder, try scanner.scan()))
            } catch let failure as FileSystem.Failure {
                // A folder that is not there now (a disk not mounted) is no reason to forget its documents.
                if hasFolderDocuments || !failure.isMissing {
                    scan.problem = OutcropFailure(
                        .unavailable, code: "documents_folder",
                        "The documents folder \(root) cannot be listed: \(failure.reason). Its documents are kept; check OUTCROP_DOCUMENTS."
                    )
                }
            }
            if scan.results.contains(where: \.result.isTruncated) {
                throw OutcropFailure(
                    .conflict, code: "too_many_files",
                    "There are more than \(configuration.filesMax) files, or ten times as many names of any kind. Nothing was changed; raise OUTCROP_LIMIT_FILES or remove some."
                )
            }
            return scan
        }
    }

    private func announce(_ plan: SyncPlan, _ results: [FolderScanner.Result]) {
        let failures = results.flatMap(\.unreadableFolders)
        sync.update { job in
            job.scanned = results.reduce(0) { $0 + $1.files.count }
            job.skipped = results.reduce(0) { $0 + $1.skippedCount }
            job.progress.filesTotal = job.scanned
            job.progress.filesDone = plan.unchangedCount
        }
        for name in failures {
            sync.fail(
                SyncJob.Failure(documentID: "", filename: name, reason: "The folder cannot be listed; its documents are kept."))
        }
    }

    // MARK: Removal

    private func removeGone(_ plan: SyncPlan) async throws {
        for entry in plan.removed {
            try Task.checkCancellation()
            let isRemoved = try await store.write(.repeatable) { change in
                // An upload adopted meanwhile has another revision.
                guard let current = try change.catalogue.entry(row: entry.row), current.revision == entry.revision else {
                    return false
                }
                try change.remove(current)
                return true
            }
            if isRemoved { sync.update { $0.deleted += 1 } }
        }
        guard !plan.forgotten.isEmpty else { return }
        try await store.write(.repeatable) { change in
            for document in plan.forgotten { try change.catalogue.unhide(id: document.id) }
        }
    }

    // MARK: Listing

    /// Gives every new file its row, so that it is seen as pending from now on.
    private func listAsPending(_ candidates: [SyncPlan.Candidate]) async throws -> [SyncPlan.Candidate] {
        let fresh = candidates.filter { $0.entry == nil && $0.hidden == nil }
        var listed: [String: CatalogueEntry] = [:]
        for start in stride(from: 0, to: fresh.count, by: Self.pendingBatchSize) {
            try Task.checkCancellation()
            let batch = Array(fresh[start..<min(start + Self.pendingBatchSize, fresh.count)])
            let now = configuration.clock()
            let entries = try await store.write(.repeatable) { change in
                try batch.compactMap { candidate -> CatalogueEntry? in
                    try change.insert(DocumentRecord(pending: candidate, createdAt: now))
                    return try change.catalogue.entry(id: candidate.id)
                }
            }
            for entry in entries { listed[entry.id] = entry }
        }
        return candidates.map { candidate in
            var candidate = candidate
            candidate.entry = candidate.entry ?? listed[candidate.id]
            return candidate
        }
    }
}

extension DocumentRecord {
    init(pending candidate: SyncPlan.Candidate, createdAt: Int) {
        self.init(
            id: candidate.id, source: candidate.source, filename: candidate.file.filename, byteCount: candidate.file.byteCount,
            contentType: TextExtractor.contentType(forFilename: candidate.file.filename), etag: "", createdAt: createdAt,
            status: .pending)
    }
}
