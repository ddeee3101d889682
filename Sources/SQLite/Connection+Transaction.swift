extension Connection {
    package enum TransactionKind: String, Sendable {
        /// Takes the write lock at once, so that a writer is refused at the start and not in the middle.
        case immediate = "IMMEDIATE"
        /// Reads one snapshot from its first SELECT on.
        case deferred = "DEFERRED"
    }

    /// All of `body` or nothing: commits when it returns, rolls back when it throws. Not to be nested.
    package func transaction<Result>(_ kind: TransactionKind = .immediate, _ body: () throws -> Result) throws -> Result {
        precondition(!isInTransaction, "transactions do not nest")
        try execute("BEGIN \(kind.rawValue)")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // Some errors (SQLITE_FULL, SQLITE_IOERR…) have rolled back already; the first error is the one to tell.
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }
}
