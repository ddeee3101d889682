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
}
