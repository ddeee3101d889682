import Foundation
import Testing

@testable import SQLite

/// A folder of its own, removed with the test.
final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("outcrop-\(UUID().uuidString)").path
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func file(_ name: String) -> String { path + "/" + name }
}

@Suite struct ConnectionTests {
    let folder: TemporaryFolder
    let connection: Connection

    init() throws {
        folder = try TemporaryFolder()
        connection = try Connection(path: folder.file("test.sqlite"))
        try connection.execute("CREATE TABLE items(id INTEGER PRIMARY KEY, value, note TEXT UNIQUE)")
    }

    @Test func `gives back every kind of value as it was bound`() throws {
        let values: [SQLiteValue] = [
            .null, .integer(.min), .real(-1.5), .text("grün\u{0}日本 🙂"), .text(""), .blob([0, 255, 1]), .blob([]),
        ]
        for (index, value) in values.enumerated() {
            try connection.execute("INSERT INTO items(id, value) VALUES (?, ?)", index, value)
        }
        let types = try connection.rows("SELECT typeof(value) FROM items ORDER BY id") { $0.string(0) }
        #expect(types == ["null", "integer", "real", "text", "text", "blob", "blob"])
        let text = try connection.first("SELECT value FROM items WHERE id = 3") { $0.string(0) }
        #expect(text == "grün\u{0}日本 🙂")
        let bytes = try connection.first("SELECT value FROM items WHERE id = 5") { $0.bytes(0) }
        #expect(bytes == [0, 255, 1])
        let number = try connection.first("SELECT value FROM items WHERE id = 1") { $0.int64(0) }
        #expect(number == .min)
        let missing = try connection.first("SELECT value FROM items WHERE id = 0") { $0.optionalString(0) }
        #expect(missing == .some(nil))
        let none = try connection.first("SELECT value FROM items WHERE id = 99") { $0.int(0) }
        #expect(none == nil)
    }

    @Test func `keeps the bits of floats`() throws {
        let floats: [Float] = [0, -0.0, 1.5, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.infinity]
        try connection.execute("INSERT INTO items(id, value) VALUES (1, ?)", floats)
        let back = try #require(try connection.first("SELECT value FROM items") { $0.floats(0) })
        #expect(back.map(\.bitPattern) == floats.map(\.bitPattern))
    }

    @Test func `an error carries extended code, message and SQL but no bound value`() throws {
        try connection.execute("INSERT INTO items(id, note) VALUES (1, ?)", "secret-value")
        let error = #expect(throws: SQLiteError.self) {
            try connection.execute("INSERT INTO items(id, note) VALUES (2, ?)", "secret-value")
        }
        #expect(error?.code == 2067)
        #expect(error?.isConstraint == true)
        #expect(error?.sql == "INSERT INTO items(id, note) VALUES (2, ?)")
        #expect(error.map { "\($0)".contains("secret-value") } == false)
    }

    @Test(arguments: ["SELEC 1", "SELECT * FROM nowhere", "", "  ", "SELECT 1; SELECT 2", "-- only a comment"])
    func `refuses what is not exactly one statement`(sql: String) {
        #expect(throws: SQLiteError.self) { try connection.execute(sql) }
    }

    @Test func `a transaction is all or nothing`() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try connection.transaction {
                try connection.execute("INSERT INTO items(id) VALUES (1)")
                throw Stop()
            }
        }
        #expect(try connection.first("SELECT count(*) FROM items") { $0.int(0) } == 0)
        #expect(!connection.isInTransaction)
        try connection.transaction { try connection.execute("INSERT INTO items(id) VALUES (1)") }
        #expect(try connection.first("SELECT count(*) FROM items") { $0.int(0) } == 1)
    }

    @Test func `the same query may run inside its own loop`() throws {
        for id in 1...3 { try connection.execute("INSERT INTO items(id) VALUES (?)", id) }
        var pairs = 0
        try connection.forEach("SELECT id FROM items") { _ in try connection.forEach("SELECT id FROM items") { _ in pairs += 1 } }
        #expect(pairs == 9)
    }

    @Test func `keeps a bounded number of statements`() throws {
        for number in 0..<1_000 { try connection.execute("SELECT \(number)") }
        #expect(connection.statementsKept <= 128)
    }

    @Test func `a busy database is an error once the time is over`() throws {
        var options = Connection.Options()
        options.busyTimeoutMilliseconds = 20
        let other = try Connection(path: folder.file("test.sqlite"), options: options)
        try connection.transaction {
            try connection.execute("INSERT INTO items(id) VALUES (1)")
            let error = #expect(throws: SQLiteError.self) { try other.execute("INSERT INTO items(id) VALUES (2)") }
            #expect(error?.isBusy == true)
        }
    }

    @Test func `a read-only connection reads and does not write or create`() throws {
        var options = Connection.Options()
        options.isReadOnly = true
        let reader = try Connection(path: folder.file("test.sqlite"), options: options)
        #expect(try reader.first("SELECT count(*) FROM items") { $0.int(0) } == 0)
        #expect(throws: SQLiteError.self) { try reader.execute("INSERT INTO items(id) VALUES (2)") }
        #expect(throws: SQLiteError.self) { try Connection(path: folder.file("none.sqlite"), options: options) }
        #expect(!FileManager.default.fileExists(atPath: folder.file("none.sqlite")))
    }

    @Test func `reads part of a blob`() throws {
        try connection.execute("INSERT INTO items(id, value) VALUES (7, ?)", Array(UInt8(0)..<200))
        #expect(try connection.bytes(table: "items", column: "value", row: 7, range: 10..<13) == [10, 11, 12])
        #expect(try connection.bytes(table: "items", column: "value", row: 7, range: 198..<999) == [198, 199])
        #expect(try connection.bytes(table: "items", column: "value", row: 7, range: 500..<501) == [])
        #expect(throws: SQLiteError.self) { try connection.bytes(table: "items", column: "value", row: 8, range: 0..<1) }
    }

    @Test func `refuses a file that is no database`() throws {
        let path = folder.file("text.sqlite")
        try Data(repeating: 65, count: 4_096).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: SQLiteError.self) {
            try Connection(path: path).first("SELECT count(*) FROM sqlite_master") { $0.int(0) }
        }
        #expect(error?.isDamaged == true)
    }
}
