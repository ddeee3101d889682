/// Brings a database to the newest schema, one numbered step at a time, each in its own transaction.
///
/// A released step is final: its text is remembered in `schema_migrations` by checksum, and a changed text is refused.
package struct Migrator: Sendable {
    package struct Migration: Hashable, Sendable {
        /// 1, 2, 3 … without gaps.
        package var number: Int
        package var name: String
        /// Statements in order, one string each.
        package var statements: [String]

        package init(number: Int, name: String, statements: [String]) {
            self.number = number
            self.name = name
            self.statements = statements
        }

        /// FNV-1a over all statements: finds an edit, which is no attack.
        package var checksum: Int64 {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in statements.joined(separator: ";\n").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            return Int64(bitPattern: hash)
        }
    }

    package enum Failure: Error, Hashable, Sendable {
        /// The file was written by a newer program.
        case newerSchema(found: Int, known: Int)
        /// The text of a step that has been applied is not the text known here.
        case changedMigration(number: Int, name: String)
        /// Steps are missing and the connection may not write.
        case outdated(found: Int, known: Int)
    }

    package let migrations: [Migration]

    package init(_ migrations: [Migration]) {
        precondition(migrations.map(\.number) == Array(1..<migrations.count + 1), "migrations are numbered 1, 2, 3 …")
        self.migrations = migrations
    }

    /// Applies what is missing.
    package func migrate(_ connection: Connection) throws {
        try connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations(number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum INTEGER NOT NULL)"
        )
        let applied = try check(connection)
        for migration in migrations[applied...] { try apply(migration, to: connection) }
    }

    /// The number of the last step applied. Throws `Failure` when steps were changed or are unknown.
    @discardableResult
    package func check(_ connection: Connection) throws -> Int {
        let hasTable = try connection.first("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'") { _ in true } ?? false
        guard hasTable else { return 0 }
        let applied = try connection.rows("SELECT number, name, checksum FROM schema_migrations ORDER BY number") {
            (number: $0.int(0), name: $0.string(1), checksum: $0.int64(2))
        }
        if let last = applied.last, last.number > migrations.count {
            throw Failure.newerSchema(found: last.number, known: migrations.count)
        }
        for (row, migration) in zip(applied, migrations)
        where row.number != migration.number || row.checksum != migration.checksum {
            throw Failure.changedMigration(number: row.number, name: row.name)
        }
        return applied.count
    }

    /// Throws `Failure.outdated` unless every step is applied.
    package func requireCurrent(_ connection: Connection) throws {
        let applied = try check(connection)
        if applied < migrations.count { throw Failure.outdated(found: applied, known: migrations.count) }
    }

    private func apply(_ migration: Migration, to connection: Connection) throws {
        try connection.transaction {
            for statement in migration.statements { try connection.execute(statement) }
            try connection.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, ?)", migration.number, migration.name, migration.checksum)
            // For people and tools that look at the file; `schema_migrations` decides.
            try connection.execute("PRAGMA user_version = \(migration.number)")
        }
    }
}
