import CSQLite
import Synchronization

/// A connection that may be handed around: one thread at a time uses it, others wait. Callers run it off the cooperative pool.
package final class Database: Sendable {
    private let connection: Mutex<Connection?>

    package init(path: String, options: Connection.Options = Connection.Options()) throws {
        connection = Mutex(try Connection(path: path, options: options))
    }

    /// Runs `body` with the connection, which must not leave it. Throws `SQLITE_MISUSE` after `close`.
    package func withConnection<Result: Sendable>(_ body: @Sendable (Connection) throws -> Result) throws -> Result {
        try connection.withLock { connection in
            guard let connection else { throw SQLiteError(code: SQLITE_MISUSE, message: "The database is closed.") }
            return try body(connection)
        }
    }

    /// As `withConnection`; `cancellation` ends the work with `SQLITE_INTERRUPT` from any thread.
    package func withConnection<Result: Sendable>(
        cancellation: InterruptToken, _ body: @Sendable (Connection) throws -> Result
    ) throws -> Result {
        try withConnection { connection in
            try cancellation.attach(connection.interrupt)
            defer { cancellation.detach(connection.interrupt) }
            return try body(connection)
        }
    }

    /// Closes the connection once nobody uses it.
    package func close() { connection.withLock { $0 = nil } }
}

/// Joins one piece of work, whose connection is not known yet, to the wish that it end.
package final class InterruptToken: Sendable {
    private struct State {
        var isCancelled = false
        var work: (handle: InterruptHandle, number: UInt64)?
    }

    private let state = Mutex(State())

    package init() {}

    package func cancel() {
        let work = state.withLock { state in
            state.isCancelled = true
            return state.work
        }
        if let work { work.handle.interrupt(work.number) }
    }

    fileprivate func attach(_ handle: InterruptHandle) throws {
        try state.withLock { state in
            if state.isCancelled { throw CancellationError() }
            state.work = (handle, handle.begin())
        }
    }

    fileprivate func detach(_ handle: InterruptHandle) {
        handle.end()
        state.withLock { $0.work = nil }
    }
}
