import CSQLite

/// What SQLite refused: extended code, message, and the SQL (never its bound values).
package struct SQLiteError: Error, Hashable, Sendable {
    package var code: Int32
    package var message: String
    package var sql: String?

    package init(code: Int32, message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    /// The low byte of the extended code, such as `SQLITE_BUSY` (sqlite.org/rescode.html §1.2).
    package var primaryCode: Int32 { code & 0xFF }
    /// Another connection holds the lock and the busy timeout has passed.
    package var isBusy: Bool { primaryCode == SQLITE_BUSY }
    package var isInterrupted: Bool { primaryCode == SQLITE_INTERRUPT }
    /// The file is damaged or is no SQLite database.
    package var isDamaged: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }
    /// The disk, or the file's allowance, is full.
    package var isFull: Bool { primaryCode == SQLITE_FULL }
    /// The operating system refused to read or write: a broken disk, a quota, a limit on file sizes.
    package var isInputOutput: Bool { primaryCode == SQLITE_IOERR }
    package var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }
}

extension SQLiteError: CustomStringConvertible {
    package var description: String { "SQLite \(code): \(message)\(sql.map { " in: \($0)" } ?? "")" }
}

extension SQLiteError {
    /// For content that SQLite accepts and its reader cannot.
    package static let corrupt = SQLITE_CORRUPT
}
