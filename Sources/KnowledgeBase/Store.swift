import Dispatch
internal import RAG
import SQLite
import Synchronization

/// The one writer and the readers of `outcrop.sqlite`, and the snapshot that belongs to each generation.
///
/// Readers never wait for the writer: each reads its own WAL snapshot and takes the vectors of the same generation.
/// The writer announces the next snapshot before COMMIT and makes it current after, so that one of the two always fits.
final class Store: Sendable {
    private struct Published {
        var current: Snapshot
        var upcoming: Snapshot?
    }

    /// How a write reaches the disk.
    enum Durability {
        /// On the disk when the call returns (synchronous = FULL): what a client was told.
        case acknowledged
        /// Safe from a killed process; a power cut may take the last ones back, whole (synchronous = NORMAL): what a sync can redo.
        case repeatable
    }

    private static let snapshotAttemptsMax = 16

    /// A commit waits at most this long for readers that hold on to the log.
    private static let logWaitMilliseconds = 250
    private static let busyTimeoutMilliseconds = Connection.Options().busyTimeoutMilliseconds

    private let database: String
    private let logBytesMax: Int
    /// Size of the log at which the next attempt is made to begin it anew.
    private let logBytesAttempted: Mutex<Int>
    private let writer: Database
    private let readers: [Database]
    private let freeReaders: Mutex<[Int]>
    private let writeQueue = WorkQueue(label: "outcrop.knowledge.write", width: 1)
    private let readQueue: WorkQueue
    private let published: Mutex<Published>
    /// Loads the generation that another process wrote; nil when this process is the writer.
    private let foreignSnapshot: (@Sendable (Connection) throws -> Snapshot)?

    private var isReadOnly: Bool { foreignSnapshot != nil }

    init(
        database: String, logBytesMax: Int, writer: Database, readers: [Database], snapshot: Snapshot,
        foreignSnapshot: (@Sendable (Connection) throws -> Snapshot)?
    ) {
        self.database = database
        self.logBytesMax = logBytesMax
        logBytesAttempted = Mutex(logBytesMax)
        self.foreignSnapshot = foreignSnapshot
        self.writer = writer
        self.readers = readers
        freeReaders = Mutex(Array(readers.indices))
        readQueue = WorkQueue(label: "outcrop.knowledge.read", width: readers.count)
        published = Mutex(Published(current: snapshot))
    }

    var current: Snapshot { published.withLock { $0.current } }

    // MARK: Reading

    /// Runs `body` in one read transaction with the snapshot of its generation. Cancelling the task interrupts SQLite.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Connection, Snapshot) throws -> Value) async throws -> Value {
        let token = InterruptToken()
        return try await withTaskCancellationHandler {
            try await readQueue.run { [self] in try withReader(token) { try transaction($0, body) } }
        } onCancel: {
            token.cancel()
        }
    }

    /// The queue is as wide as there are readers, so that one is free whenever a piece of work runs.
    private func withReader<Value: Sendable>(
        _ token: InterruptToken, _ body: @Sendable (Connection) throws -> Value
    ) throws -> Value {
        let reader = freeReaders.withLock { $0.removeLast() }
        defer { freeReaders.withLock { $0.append(reader) } }
        return try translating { try readers[reader].withConnection(cancellation: token, body) }
    }

    private func transaction<Value>(_ connection: Connection, _ body: (Connection, Snapshot) throws -> Value) throws -> Value {
        for _ in 0..<Self.snapshotAttemptsMax {
            let value: Value? = try connection.transaction(.deferred) {
                let generation = try Catalogue(connection).generation()
                guard let snapshot = try snapshot(of: generation, connection) else { return nil }
                return try body(connection, snapshot)
            }
            if let value { return value }
        }
        throw OutcropFailure(
            .unavailable, code: "overloaded", "The index changes too fast to be read. Try again shortly.", retryAfterSeconds: 1)
    }

    /// nil when the writer has moved on since this transaction began.
    private func snapshot(of generation: Int, _ connection: Connection) throws -> Snapshot? {
        let known = published.withLock { published in
            published.current.generation == generation
                ? published.current : published.upcoming?.generation == generation ? published.upcoming : nil
        }
        guard known == nil, let foreignSnapshot else { return known }
        let loaded = try foreignSnapshot(connection)
        published.withLock { $0.current = loaded }
        return loaded
    }

    // MARK: Writing

    /// Runs `body` in one write transaction; what it changed becomes visible at once when it commits, or not at all.
    func write<Value: Sendable>(
        _ durability: Durability, _ body: @escaping @Sendable (inout Change) throws -> Value
    ) async throws -> Value {
        try requireWritable()
        return try await writeQueue.run { [self] in try translating { try commit(durability, body) } }
    }

    /// As `write`, and `then` after the commit before any other write.
    func write<Value: Sendable>(
        _ durability: Durability, _ body: @escaping @Sendable (inout Change) throws -> Value,
        then follow: @escaping @Sendable (Connection, Value) throws -> Void
    ) async throws -> Value {
        try requireWritable()
        return try await writeQueue.run { [self] in
            try translating {
                let value = try commit(durability, body)
                try writer.withConnection { try follow($0, value) }
                return value
            }
        }
    }

    func requireWritable() throws {
        if isReadOnly { throw OutcropFailure(.conflict, code: "read_only", "This knowledge base was opened for reading only.") }
    }

    private func commit<Value: Sendable>(
        _ durability: Durability, _ body: @Sendable (inout Change) throws -> Value
    ) throws -> Value {
        let before = current
        defer { published.withLock { $0.upcoming = nil } }
        let (value, after) = try writer.withConnection { connection in
            try connection.execute("PRAGMA synchronous = \(durability == .acknowledged ? "FULL" : "NORMAL")")
            return try connection.transaction {
                var change = Change(connection, before)
                let value = try body(&change)
                let snapshot = try change.finish()
                published.withLock { $0.upcoming = snapshot }
                return (value, snapshot)
            }
        }
        published.withLock { $0.current = after }
        boundLog()
        return value
    }

    /// Searches that overlap without a gap would keep the automatic checkpoint from ever beginning the log anew
    /// (sqlite.org/wal.html, "Avoiding Excessively Large WAL Files"). Whatever goes wrong here is tried again later.
    private func boundLog() {
        guard let size = try? FileSystem.status(database + "-wal")?.st_size, logBytesAttempted.withLock({ size > $0 }) else {
            return
        }
        let isBusy = try? writer.withConnection { connection in
            try connection.execute("PRAGMA busy_timeout = \(Self.logWaitMilliseconds)")
            defer { try? connection.execute("PRAGMA busy_timeout = \(Self.busyTimeoutMilliseconds)") }
            return try connection.first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.bool(0) } ?? true
        }
        logBytesAttempted.withLock { $0 = isBusy == false ? logBytesMax : Int(size) + logBytesMax }
    }

    /// Errors of SQLite and of the data folder as what a caller can tell on.
    private func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as SQLiteError {
            if error.isInterrupted { throw CancellationError() }
            throw OutcropFailure(error, database: database) ?? error
        } catch let error as FileSystem.Failure {
            throw OutcropFailure(error)
        }
    }

    /// Waits for what runs, moves the log into the file and closes every connection. Not on the queues: they would refuse
    /// when the calling task is cancelled, or when they are full.
    func close() async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "outcrop.knowledge.close").async { [readers, writer, isReadOnly] in
                for reader in readers { reader.close() }
                if !isReadOnly { try? writer.withConnection { try $0.execute("PRAGMA wal_checkpoint(TRUNCATE)") } }
                writer.close()
                continuation.resume()
            }
        }
    }
}
