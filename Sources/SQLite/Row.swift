import CSQLite

/// The current row of a statement; valid only inside the closure that receives it. Columns count from 0.
///
/// A column of another type is converted as SQLite converts it (sqlite.org/c3ref/column_blob.html).
package struct Row {
    let statement: OpaquePointer

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    package func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    package func int(_ column: Int32) -> Int { Int(int64(column)) }
    package func bool(_ column: Int32) -> Bool { int64(column) != 0 }
    package func double(_ column: Int32) -> Double { sqlite3_column_double(statement, column) }
    package func string(_ column: Int32) -> String { withBytes(column, text: true) { String(decoding: $0, as: UTF8.self) } }
    package func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { Array($0) } }

    /// Two columns as the bounds of a range; throws `SQLITE_CORRUPT` when they are none.
    package func range(_ lower: Int32, _ upper: Int32) throws -> Range<Int> {
        guard int(lower) <= int(upper) else {
            throw SQLiteError(code: SQLITE_CORRUPT, message: "a range from \(int(lower)) to \(int(upper))")
        }
        return int(lower)..<int(upper)
    }

    /// `count` integers from `first` on; throws `SQLITE_CORRUPT` when there are no such.
    package func range(first: Int32, count: Int32) throws -> Range<Int64> {
        let (end, isOverflowing) = int64(first).addingReportingOverflow(int64(count))
        guard int64(count) >= 0, !isOverflowing else {
            throw SQLiteError(code: SQLITE_CORRUPT, message: "\(int64(count)) rows from \(int64(first)) on")
        }
        return int64(first)..<end
    }

    package func optionalInt(_ column: Int32) -> Int? { isNull(column) ? nil : int(column) }
    package func optionalString(_ column: Int32) -> String? { isNull(column) ? nil : string(column) }

    /// Little-endian 32-bit floats; trailing bytes that make no whole float are dropped.
    package func floats(_ column: Int32) -> [Float] {
        withBytes(column) { bytes in
            [Float](unsafeUninitializedCapacity: bytes.count / 4) { floats, count in
                // Exactly count * 4 bytes are copied: every float of the buffer is then initialized.
                count = bytes.count / 4
                UnsafeMutableRawBufferPointer(floats).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * 4)]))
                #if _endian(big)
                    for index in 0..<count { floats[index] = Float(bitPattern: floats[index].bitPattern.byteSwapped) }
                #endif
            }
        }
    }

    /// The column's bytes without a copy, for the time of `body`.
    package func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withBytes(column, text: false, body)
    }

    /// SQLite's pointer holds until the next call on the same column, step or reset: none happens while `body` runs.
    private func withBytes<Result>(
        _ column: Int32, text: Bool, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let start = text ? UnsafeRawPointer(sqlite3_column_text(statement, column)) : sqlite3_column_blob(statement, column)
        return try body(
            UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, column))))
    }
}
