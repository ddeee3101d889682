import CSQLite

extension Connection {
    /// Part of one stored blob or text, read without loading the whole (sqlite.org/c3ref/blob_open.html).
    /// `range` counts bytes and is cut at the value's end.
    package func bytes(table: String, column: String, row: Int64, range: Range<Int>) throws -> [UInt8] {
        var opened: OpaquePointer?
        guard sqlite3_blob_open(handle, "main", table, column, row, 0, &opened) == SQLITE_OK, let blob = opened else {
            throw SQLiteError(database: handle, sql: "blob \(table).\(column)")
        }
        defer { sqlite3_blob_close(blob) }
        let range = range.clamped(to: 0..<Int(sqlite3_blob_bytes(blob)))
        var code = SQLITE_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            // SQLite writes exactly range.count bytes, or fails and then none counts as written.
            code =
                range.isEmpty
                ? SQLITE_OK : sqlite3_blob_read(blob, buffer.baseAddress, Int32(range.count), Int32(range.lowerBound))
            count = code == SQLITE_OK ? range.count : 0
        }
        guard code == SQLITE_OK else { throw SQLiteError(database: handle, sql: "blob \(table).\(column)") }
        return bytes
    }
}
