internal import RAG
import SQLite

/// The steps from a data folder to a usable store.
struct Opening: Sendable {
    struct Opened: Sendable {
        var store: Store
        var lock: FolderLock?
        var interruptedJobs: [String]
    }

    let configuration: KnowledgeBase.Configuration
    let model: (id: String, dimensions: Int)?
    let folder: DataFolder

    init(configuration: KnowledgeBase.Configuration, model: (id: String, dimensions: Int)?) {
        self.configuration = configuration
        self.model = model
        folder = DataFolder(path: configuration.dataDirectory)
    }

    func open() throws -> Opened {
        do {
            return try configuration.isReadOnly ? openForReading() : openForWriting()
        } catch let error as SQLiteError {
            throw failure(error)
        } catch let error as Migrator.Failure {
            throw failure(error)
        } catch let error as FileSystem.Failure {
            throw OutcropFailure(error)
        }
    }

    private func openForWriting() throws -> Opened {
        try folder.prepare()
        let lock = try FolderLock(folder)
        let writer = try Database(path: folder.database)
        let interrupted = try writer.withConnection { connection in
            try configure(connection)
            try Schema.migrator.migrate(connection)
            return try connection.transaction {
                try adoptModel(connection)
                try finishDeletions(connection)
                return try endInterruptedJobs(connection)
            }
        }
        try folder.removeLeftovers()
        return Opened(store: try store(writer), lock: lock, interruptedJobs: interrupted)
    }

    private func openForReading() throws -> Opened {
        guard try FileSystem.status(folder.database) != nil else {
            throw OutcropFailure(
                .notFound, code: "no_knowledge_base",
                "There is no knowledge base in \(folder.path) yet. Make one with `outcrop sync`.")
        }
        let reader = try Database(path: folder.database, options: readerOptions)
        try reader.withConnection { connection in
            try Schema.migrator.requireCurrent(connection)
            try requireModel(connection)
        }
        return Opened(store: try store(reader), lock: nil, interruptedJobs: [])
    }

    private var readerOptions: Connection.Options {
        var options = Connection.Options()
        options.isReadOnly = true
        return options
    }

    private func store(_ writer: Database) throws -> Store {
        let snapshot = try writer.withConnection { connection in
            try connection.transaction(.deferred) { try currentSnapshot(connection) }
        }
        let readers = try (0..<max(1, configuration.readerCount)).map { _ in
            try Database(path: folder.database, options: readerOptions)
        }
        let foreignSnapshot: @Sendable (Connection) throws -> Snapshot = { try currentSnapshot($0) }
        return Store(
            database: folder.database, logBytesMax: configuration.logBytesMax, writer: writer, readers: readers,
            snapshot: snapshot, foreignSnapshot: configuration.isReadOnly ? foreignSnapshot : nil)
    }

    /// Another process may have made the index anew with another model since this one opened it.
    private func currentSnapshot(_ connection: Connection) throws -> Snapshot {
        try requireModel(connection)
        return try Catalogue(connection).snapshot(dimensions: model?.dimensions)
    }

    private func configure(_ connection: Connection) throws {
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("PRAGMA wal_autocheckpoint = \(configuration.checkpointPages)")
        // The log shrinks to this after a checkpoint.
        try connection.execute("PRAGMA journal_size_limit = \(configuration.logBytesMax / 4)")
        // Overwrites what is deleted where that costs no further write.
        try connection.execute("PRAGMA secure_delete = FAST")
    }

    // MARK: Model

    /// Refuses another model than the one the vectors come from, or drops them when `rebuild` allows it.
    private func adoptModel(_ connection: Connection) throws {
        guard let model else { return }
        let catalogue = Catalogue(connection)
        if try hasOtherModel(catalogue) {
            guard configuration.rebuild else { throw try otherModel(catalogue) }
            try connection.execute("DELETE FROM vectors")
            try connection.execute("UPDATE documents SET is_embedded = 0")
            try catalogue.setMeta("generation", try catalogue.generation() + 1)
        }
        try catalogue.setMeta("embedding_model", model.id)
        try catalogue.setMeta("embedding_dimensions", model.dimensions)
    }

    private func requireModel(_ connection: Connection) throws {
        let catalogue = Catalogue(connection)
        if try hasOtherModel(catalogue) { throw try otherModel(catalogue) }
    }

    private func hasOtherModel(_ catalogue: Catalogue) throws -> Bool {
        guard let model, let stored = try catalogue.metaText("embedding_model") else { return false }
        let dimensions = try catalogue.meta("embedding_dimensions").map(Int.init)
        return try (stored != model.id || dimensions != model.dimensions) && catalogue.hasVectors()
    }

    private func otherModel(_ catalogue: Catalogue) throws -> OutcropFailure {
        let stored = try catalogue.metaText("embedding_model") ?? "another model"
        let dimensions = try catalogue.meta("embedding_dimensions") ?? 0
        return OutcropFailure(
            .conflict, code: "embedding_model_changed",
            """
            The index in \(folder.path) was made with the embedding model \(stored) (\(dimensions) dimensions), not \
            \(model.map { "\($0.id) (\($0.dimensions))" } ?? "none"). Embed everything anew with `outcrop sync --rebuild`, or \
            set OUTCROP_EMBEDDINGS and OUTCROP_EMBEDDING_MODEL_DIR back.
            """)
    }

    // MARK: After a crash

    /// Uploads whose deletion was acknowledged while their file was still there.
    private func finishDeletions(_ connection: Connection) throws {
        for document in try Catalogue(connection).hidden() where document.source == .upload {
            try FileSystem.remove(folder.upload(document.filename))
            try FileSystem.synchronize(folder.uploads)
            try Catalogue(connection).unhide(id: document.id)
        }
    }

    private func endInterruptedJobs(_ connection: Connection) throws -> [String] {
        let jobs = JobTable(connection)
        var ended: [String] = []
        for var job in try jobs.all() where job.status == .running {
            job.status = .failed
            job.error = "The process ended during this sync. The next sync continues where it stopped."
            job.finishedAt = configuration.clock()
            job.progress.currentFile = nil
            try jobs.save(job, keptMax: configuration.jobsKeptMax)
            ended.append(job.id)
        }
        return ended
    }

    // MARK: Errors

    private func failure(_ error: SQLiteError) -> OutcropFailure {
        OutcropFailure(error, database: folder.database)
            ?? OutcropFailure(.internal, code: "database", "\(folder.database) cannot be opened: \(error.message).")
    }

    private func failure(_ error: Migrator.Failure) -> OutcropFailure {
        switch error {
        case .newerSchema(let found, let known):
            OutcropFailure(
                .conflict, code: "newer_schema",
                "\(folder.database) has schema \(found), this outcrop knows \(known). Use the newer outcrop, or another OUTCROP_DATA."
            )
        case .outdated(let found, let known):
            OutcropFailure(
                .conflict, code: "older_schema",
                "\(folder.database) has schema \(found) of \(known). Run `outcrop sync` once to bring it up to date.")
        case .changedMigration(let number, let name):
            OutcropFailure(
                .conflict, code: "changed_schema",
                "\(folder.database) was made with another step \(number) (\(name)). Move it away and run `outcrop sync`; uploads are kept."
            )
        }
    }
}
