import Dispatch
import Testing

@testable import SQLite

@Suite struct InterruptTests {
    @Test func `cancelling ends a running query and only that`() async throws {
        let folder = try TemporaryFolder()
        let database = try Database(path: folder.file("test.sqlite"))
        let token = InterruptToken()
        let ended = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let result = Result {
                    try database.withConnection(cancellation: token) { connection in
                        // The query has begun when its first row asks for the end.
                        try connection.forEach("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
                        {
                            if $0.int(0) == 3 { DispatchQueue.global().async { token.cancel() } }
                        }
                    }
                }
                continuation.resume(returning: result)
            }
        }
        let error = #expect(throws: SQLiteError.self) { try ended.get() }
        #expect(error?.isInterrupted == true)
        // A late interrupt of finished work leaves the next work alone.
        token.cancel()
        let count = try database.withConnection { try $0.first("SELECT 1") { $0.int(0) } }
        #expect(count == 1)
        #expect(throws: CancellationError.self) { try database.withConnection(cancellation: token) { _ in } }
    }

    @Test func `a closed database says so`() throws {
        let folder = try TemporaryFolder()
        let database = try Database(path: folder.file("test.sqlite"))
        database.close()
        #expect(throws: SQLiteError.self) { try database.withConnection { try $0.execute("SELECT 1") } }
    }
}
