import Foundation
import RAG
import SQLite
import Testing

@testable import KnowledgeBase

@Suite struct OpeningTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    @Test func `opens again as it was closed`() async throws {
        try bench.write("a.txt", "The lantern burns oil.")
        let first = try await bench.open()
        try await first.synced()
        let status = first.status
        let passages = try await first.find("lantern oil")
        await first.close()
        let second = try await bench.open()
        #expect(second.status == status)
        #expect(try await second.find("lantern oil") == passages)
        #expect(passages.count == 1)
        await second.close()
    }

    @Test func `a second writer is told who holds the folder`() async throws {
        let base = try await bench.open()
        let error = await #expect(throws: OutcropFailure.self) { try await bench.open() }
        #expect(error?.kind == .conflict)
        #expect(error?.message.contains("process \(ProcessInfo.processInfo.processIdentifier)") == true)
        await base.close()
        try await bench.open().close()
    }

    @Test func `a reader works beside the writer, sees what it commits and changes nothing`() async throws {
        let missing = await #expect(throws: OutcropFailure.self) { try await bench.open { $0.isReadOnly = true } }
        #expect(missing?.kind == .notFound)
        let writer = try await bench.open()
        let reader = try await bench.open { $0.isReadOnly = true }
        #expect(try await reader.hasDocuments() == false)
        try bench.write("a.txt", "The compass points north.")
        try await writer.synced()
        #expect(try await reader.names("compass") == ["a.txt"])
        try bench.write("b.txt", "The sextant measures angles.")
        try await writer.synced()
        #expect(try await reader.names("sextant").first == "b.txt")
        #expect(try await reader.find("the sextant measures angles").first?.score ?? 0 > 0.99)
        await #expect(throws: OutcropFailure.self) { try await reader.startSync(rebuild: false) }
        await #expect(throws: OutcropFailure.self) { try await reader.delete(id: "doc_x") }
        await reader.close()
        await writer.close()
    }

    @Test func `another embedding model is refused until a rebuild is allowed`() async throws {
        try bench.write("a.txt", "The harbour lies south.")
        let first = try await bench.open(BagOfWords(id: "one"))
        try await first.synced()
        await first.close()
        let error = await #expect(throws: OutcropFailure.self) { try await bench.open(BagOfWords(id: "two")) }
        #expect(error?.kind == .conflict)
        #expect(error?.message.contains("outcrop sync --rebuild") == true)
        let model = BagOfWords(id: "two")
        let second = try await bench.open(model) { $0.rebuild = true }
        #expect(try await second.names("harbour") == ["a.txt"], "full text goes on")
        #expect(try await second.synced().updated == 1)
        #expect(model.documentTextCount == 1)
        #expect(try await second.find("the harbour lies south").first?.score ?? 0 > 0.99)
        await second.close()
        try await bench.open(BagOfWords(id: "two")).close()
    }

    @Test func `without a model full text answers, and a model that comes embeds what lacks vectors`() async throws {
        try bench.write("a.txt", "The sail is white and the hull is blue.")
        try bench.write("b.txt", "Winds blow from the west.")
        let without = try await bench.open(nil)
        try await without.synced()
        let passage = try #require(try await without.find("white sail").first)
        #expect(passage.filename == "a.txt" && passage.score > 0 && passage.score < 1)
        #expect(without.status.embeddingModel == nil)
        await without.close()

        let model = BagOfWords()
        let with = try await bench.open(model)
        #expect(try await with.names("white sail").first == "a.txt")
        #expect(try await with.synced().updated == 2)
        #expect(model.documentTextCount == 2)
        #expect(try await with.find("winds blow from the west").first?.score ?? 0 > 0.99)
        await with.close()

        let again = try await bench.open(nil)
        try bench.write("b.txt", "Winds blow from the east.")
        try await again.synced()
        await again.close()
        let last = try await bench.open(model)
        #expect(try await last.find("the sail is white and the hull is blue").first?.score ?? 0 > 0.99, "vectors were kept")
        #expect(try await last.synced().updated == 1)
        #expect(try await last.find("winds blow from the east").first?.score ?? 0 > 0.99)
        await last.close()
    }

    @Test func `a newer schema, a damaged file and an unusable folder are refused with a remedy`() async throws {
        try await bench.open().close()
        let path = bench.data + "/outcrop.sqlite"
        try Connection(path: path).execute("INSERT INTO schema_migrations VALUES (99, 'future', 0)")
        let newer = await #expect(throws: OutcropFailure.self) { try await bench.open() }
        #expect(newer?.code == "newer_schema")
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        try Data(repeating: 7, count: 32_768).write(to: URL(fileURLWithPath: path))
        let damaged = await #expect(throws: OutcropFailure.self) { try await bench.open() }
        #expect(damaged?.code == "database_damaged")
        let unusable = await #expect(throws: OutcropFailure.self) { try await bench.open { $0.dataDirectory = "/dev/null/data" } }
        #expect(unusable?.code == "data_folder")
    }

    @Test func `leftovers of uploads are cleared and files without a row are taken in`() async throws {
        let first = try await bench.open()
        let incoming = first.incomingDirectory
        await first.close()
        try Data("half".utf8).write(to: URL(fileURLWithPath: incoming + "/half"))
        // As after a crash between the rename and the row.
        try Data("A text without a row on cranes.".utf8).write(to: URL(fileURLWithPath: bench.data + "/uploads/orphan.txt"))
        let second = try await bench.open()
        #expect(try FileManager.default.contentsOfDirectory(atPath: incoming).isEmpty)
        #expect(try await second.synced().added == 1)
        #expect(try await second.names("cranes") == ["orphan.txt"])
        await second.close()
    }

    @Test func `a deletion cut off before its file went is finished`() async throws {
        let first = try await bench.open()
        let record = try await bench.upload("a.txt", "A text on buoys.", to: first)
        try await first.synced()
        await first.close()
        // As after a crash between the tombstone and the removal of the file.
        let connection = try Connection(path: bench.data + "/outcrop.sqlite")
        try connection.execute("INSERT INTO hidden VALUES (?, 'upload', 'a.txt', '', '')", record.id)
        try connection.execute("DELETE FROM documents")
        let second = try await bench.open()
        #expect(!FileManager.default.fileExists(atPath: bench.data + "/uploads/a.txt"))
        #expect(try await second.synced().scanned == 0)
        await second.close()
    }

    @Test func `a job cut off by a crash is told as failed`() async throws {
        let first = try await bench.open()
        let job = try await first.synced()
        await first.close()
        try Connection(path: bench.data + "/outcrop.sqlite").execute(
            #"UPDATE jobs SET report = replace(report, '"status":"completed"', '"status":"running"')"#)
        let second = try await bench.open()
        #expect(try await second.job(id: job.id)?.status == .failed)
        #expect(try await second.latestJob()?.error?.contains("ended during this sync") == true)
        await second.close()
    }

    @Test func `a closed knowledge base starts nothing`() async throws {
        let base = try await bench.open()
        await base.close()
        await #expect(throws: OutcropFailure.self) { try await base.startSync(rebuild: false) }
        await #expect(throws: (any Error).self) { try await base.document(id: "doc_x") }
    }

    /// A released step never changes: files in the field were made with exactly this text.
    @Test func `released migrations are what they were`() {
        #expect(Schema.migrator.migrations.map(\.checksum) == [-3_345_580_645_211_971_880])
    }
}
