import CSQLite

/// One connection to one database file. Not Sendable: it lives inside a `Database`, which gives it to one thread at a time.
package final class Connection {
    package struct Options: Hashable, Sendable {
        /// A connection that must not create the file nor change it; several may read while another process writes.
        package var isReadOnly = false
        /// How long a locked database is waited for.
        package var busyTimeoutMilliseconds: Int32 = 5_000
        /// Prepared statements kept for their next use.
        package var statementsKeptMax = 128
        /// Bytes to a page; only a new file takes it (sqlite.org/pragma.html#pragma_page_size).
        package var pageSize = 16_384

        package init() {}
    }

    let handle: OpaquePointer
    /// Ends what this connection is doing, from any thread.
    package let interrupt: InterruptHandle
    private let statementsKeptMax: Int
    private var statements: [String: Statement] = [:]

    /// Opens `path`, creating it unless read-only. Foreign keys are enforced, untrusted schemas are not.
    package init(path: String, options: Options = Options()) throws {
        var opened: OpaquePointer?
        // Read-only is enforced by query_only: a WAL database needs write access to its shared-memory file even for reading.
        let flags =
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (options.isReadOnly ? 0 : SQLITE_OPEN_CREATE)
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let error = SQLiteError(
                code: code,
                message: "\(path): \(opened.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) } ?? "out of memory")")
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        interrupt = InterruptHandle(opened)
        statementsKeptMax = options.statementsKeptMax
        sqlite3_busy_timeout(opened, options.busyTimeoutMilliseconds)
        if !options.isReadOnly { try execute("PRAGMA page_size = \(options.pageSize)") }
        try execute("PRAGMA foreign_keys = ON")
        try execute("PRAGMA trusted_schema = OFF")
        if options.isReadOnly { try execute("PRAGMA query_only = ON") }
    }

    deinit {
        interrupt.invalidate()
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    // MARK: Statements

    /// Runs one statement to its end; rows are passed over.
    package func execute(_ sql: String, _ values: any SQLiteBindable...) throws {
        try forEach(sql, values) { _ in }
    }

    /// One element per row.
    package func rows<Element>(_ sql: String, _ values: any SQLiteBindable..., map: (Row) throws -> Element) throws -> [Element] {
        var elements: [Element] = []
        try forEach(sql, values) { elements.append(try map($0)) }
        return elements
    }

    /// The first row, nil without one.
    package func first<Element>(_ sql: String, _ values: any SQLiteBindable..., map: (Row) throws -> Element) throws -> Element? {
        try using(sql, values) { statement in
            try statement.step() ? try map(Row(statement: statement.handle)) : nil
        }
    }

    package func forEach(_ sql: String, _ values: [any SQLiteBindable] = [], _ body: (Row) throws -> Void) throws {
        try scan(sql, values) { row in
            try body(row)
            return true
        }
    }

    /// Row after row while `body` wants more.
    package func scan(_ sql: String, _ values: [any SQLiteBindable] = [], _ body: (Row) throws -> Bool) throws {
        try using(sql, values) { statement in
            while try statement.step() {
                guard try body(Row(statement: statement.handle)) else { return }
            }
        }
    }

    /// Rows the last INSERT, UPDATE or DELETE changed.
    package var changes: Int { Int(sqlite3_changes64(handle)) }
    package var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }
    package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
    /// Statements held for their next use.
    package var statementsKept: Int { statements.count }

    private func using<Result>(
        _ sql: String, _ values: [any SQLiteBindable], _ body: (Statement) throws -> Result
    ) throws -> Result {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        return try body(statement)
    }

    /// The kept statement, or a new one when it is running already (a query inside its own loop).
    private func prepared(_ sql: String) throws -> Statement {
        if let kept = statements[sql], !kept.isBusy { return kept }
        let statement = try Statement(sql, database: handle)
        if statements[sql] == nil {
            if statements.count >= statementsKeptMax { statements.removeAll() }
            statements[sql] = statement
        }
        return statement
    }
}
