import CSQLite

/// One prepared statement. Belongs to its connection and never outlives it.
final class Statement {
    let handle: OpaquePointer
    private let database: OpaquePointer
    let sql: String

    /// `sqlite3_prepare_v3` of exactly one statement; text after it is refused, so that nothing is silently left out.
    init(_ sql: String, database: OpaquePointer) throws {
        var prepared: OpaquePointer?
        var hasTail = false
        let code = sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(database, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, &tail)
            hasTail = tail.map { String(cString: $0).contains { !$0.isWhitespace } } ?? false
            return code
        }
        guard code == SQLITE_OK, let prepared else {
            throw code == SQLITE_OK
                ? SQLiteError(code: SQLITE_MISUSE, message: "The statement is empty.", sql: sql)
                : SQLiteError(database: database, sql: sql)
        }
        self.handle = prepared
        self.database = database
        self.sql = sql
        if hasTail { throw SQLiteError(code: SQLITE_MISUSE, message: "Only one statement at a time.", sql: sql) }
    }

    deinit { sqlite3_finalize(handle) }

    var isBusy: Bool { sqlite3_stmt_busy(handle) != 0 }

    func bind(_ values: [any SQLiteBindable]) throws {
        precondition(Int(sqlite3_bind_parameter_count(handle)) == values.count, "\(sql) takes another number of values")
        for (index, value) in values.enumerated() {
            guard bind(value.sqliteValue, at: Int32(index + 1)) == SQLITE_OK else {
                throw SQLiteError(database: database, sql: sql)
            }
        }
    }

    /// True while there is a row.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw SQLiteError(database: database, sql: sql)
        }
    }

    /// Ready for the next use; bound values are let go at once.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// SQLITE_TRANSIENT: SQLite copies the bytes before the call returns, so no pointer outlives this function.
    private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .real(let number): return sqlite3_bind_double(handle, index, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    guard let start = characters.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, transient) }
                    return sqlite3_bind_text64(handle, index, start, UInt64(characters.count), transient, UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let bytes):
            return bytes.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress, bytes.count > 0 else { return sqlite3_bind_zeroblob(handle, index, 0) }
                return sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), transient)
            }
        }
    }
}

extension SQLiteError {
    /// The error that `database` holds for its last call.
    init(database: OpaquePointer?, sql: String? = nil) {
        self.init(
            code: sqlite3_extended_errcode(database),
            message: sqlite3_errmsg(database).map { String(cString: $0) } ?? "out of memory", sql: sql)
    }
}
