import Testing

@testable import SQLite

@Suite struct MigratorTests {
    let folder: TemporaryFolder
    let connection: Connection
    let first = Migrator.Migration(number: 1, name: "first", statements: ["CREATE TABLE a(x)", "CREATE TABLE b(x)"])
    let second = Migrator.Migration(number: 2, name: "second", statements: ["ALTER TABLE a ADD COLUMN y"])

    init() throws {
        folder = try TemporaryFolder()
        connection = try Connection(path: folder.file("test.sqlite"))
    }

    @Test func `applies each step once and in order`() throws {
        try Migrator([first]).migrate(connection)
        try Migrator([first, second]).migrate(connection)
        try Migrator([first, second]).migrate(connection)
        try connection.execute("INSERT INTO a(x, y) VALUES (1, 2)")
        #expect(try connection.first("PRAGMA user_version") { $0.int(0) } == 2)
        #expect(try Migrator([first, second]).check(connection) == 2)
    }

    @Test func `a step that fails leaves nothing of itself`() throws {
        let broken = Migrator.Migration(number: 2, name: "broken", statements: ["CREATE TABLE c(x)", "CREATE TABLE a(x)"])
        try Migrator([first]).migrate(connection)
        #expect(throws: SQLiteError.self) { try Migrator([first, broken]).migrate(connection) }
        #expect(try connection.first("SELECT 1 FROM sqlite_master WHERE name = 'c'") { $0.int(0) } == nil)
        #expect(try Migrator([first]).check(connection) == 1)
    }

    @Test func `a newer file is refused`() throws {
        try Migrator([first, second]).migrate(connection)
        #expect(throws: Migrator.Failure.newerSchema(found: 2, known: 1)) { try Migrator([first]).migrate(connection) }
    }

    @Test func `a released step whose text changed is refused`() throws {
        try Migrator([first]).migrate(connection)
        var edited = first
        edited.statements[0] = "CREATE TABLE a(x, z)"
        #expect(throws: Migrator.Failure.changedMigration(number: 1, name: "first")) {
            try Migrator([edited]).migrate(connection)
        }
    }

    @Test func `a reader asks for what is missing`() throws {
        #expect(throws: Migrator.Failure.outdated(found: 0, known: 1)) { try Migrator([first]).requireCurrent(connection) }
        try Migrator([first]).migrate(connection)
        try Migrator([first]).requireCurrent(connection)
    }
}
