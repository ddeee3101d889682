import Foundation
import KnowledgeBase
import RAG
import SQLite
import Synchronization
import Testing

/// What a killed process leaves: the database file and its log, copied at some moment of a sync.
///
/// No checkpoint runs here, so that the file stands still and the log only grows: file first, then log, is a state that was.
@Suite(.serialized) struct CrashTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    final class Acknowledged: Sendable {
        let told = Mutex((uploaded: Set<String>(), deleted: Set<String>()))
    }

    struct Image: Sendable {
        var data: String
        /// Told to a client before the copy began.
        var uploaded: Set<String>
        var deleted: Set<String>
    }

    @Test func `a sync killed at any moment leaves whole documents and everything acknowledged`() async throws {
        let base = try await bench.open { $0.checkpointPages = 1_000_000 }
        for number in 0..<40 { try bench.write("\(number).txt", text(number)) }
        let doomed = try await bench.upload("doomed.txt", "A doomed text.", to: base)
        try await base.synced()
        for number in 0..<40 where number % 3 == 0 { try bench.write("\(number).txt", text(number + 100)) }
        for number in 40..<60 { try bench.write("\(number).txt", text(number)) }

        let acknowledged = Acknowledged()
        let job = try await base.startSync(rebuild: false)
        async let images = copies(while: { base.status.runningJob != nil }, acknowledged: acknowledged)
        for number in 0..<6 {
            let record = try await bench.upload("upload\(number).txt", text(number + 200), to: base)
            acknowledged.told.withLock { _ = $0.uploaded.insert(record.id) }
        }
        #expect(try await base.delete(id: doomed.id))
        acknowledged.told.withLock { _ = $0.deleted.insert(doomed.id) }
        #expect(try await base.waitForSync(job.id).status == .completed)
        let taken = try await images
        #expect(!taken.isEmpty)
        for image in taken { try await check(image) }
        await base.close()
    }

    @Test func `a log torn at any place opens consistent`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("torn log seed \(seed)")
        var random = Seeded(seed)
        let base = try await bench.open { $0.checkpointPages = 1_000_000 }
        for number in 0..<25 { try bench.write("\(number).txt", text(number)) }
        try await base.synced()
        let log = try Data(contentsOf: URL(fileURLWithPath: bench.data + "/outcrop.sqlite-wal"))
        for round in 0..<8 {
            let image = try copy(named: "torn\(round)")
            let length = Int.random(in: 0...log.count, using: &random)
            var torn = log.prefix(length)
            if round % 3 == 0 { torn.append(Data((0..<5_000).map { _ in UInt8.random(in: 0...255, using: &random) })) }
            try torn.write(to: URL(fileURLWithPath: image + "/outcrop.sqlite-wal"))
            try await check(Image(data: image, uploaded: [], deleted: []))
        }
        await base.close()
    }

    @Test func `closing ends a sync between two documents and the next one goes on`() async throws {
        let base = try await bench.open()
        for number in 0..<200 { try bench.write("\(number).txt", text(number)) }
        let job = try await base.startSync(rebuild: false)
        for await snapshot in base.progress(of: job.id) where snapshot.progress.filesDone > 0 { break }
        await base.close()
        let again = try await bench.open()
        let ended = try #require(try await again.job(id: job.id))
        #expect([.cancelled, .completed].contains(ended.status))
        let next = try await again.synced()
        #expect(ended.added + next.added == 200)
        #expect(again.status.indexedCount == 200)
        try inspect(bench.data)
        await again.close()
    }

    // MARK: Helpers

    private func text(_ number: Int) -> String {
        (0..<12 + number % 7).map {
            "Paragraph \($0) of text \(number) speaks of topic\(number * 31 % 97) at length. "
                + String(repeating: "filler ", count: 40)
        }
        .joined(separator: "\n\n") + " 價格\(number)"
    }

    private func copies(while isRunning: @Sendable () -> Bool, acknowledged: Acknowledged) async throws -> [Image] {
        var images: [Image] = []
        while isRunning(), images.count < 8 {
            let told = acknowledged.told.withLock { $0 }
            images.append(Image(data: try copy(named: "image\(images.count)"), uploaded: told.uploaded, deleted: told.deleted))
            await Task.yield()
        }
        return images
    }

    private func copy(named name: String) throws -> String {
        let target = bench.root + "/" + name
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for file in ["outcrop.sqlite", "outcrop.sqlite-wal"] {
            try FileManager.default.copyItem(atPath: bench.data + "/" + file, toPath: target + "/" + file)
        }
        // Uploads that come while this copies are listed or not; those acknowledged before are there.
        try FileManager.default.createDirectory(atPath: target + "/uploads", withIntermediateDirectories: true)
        for file in try FileManager.default.contentsOfDirectory(atPath: bench.data + "/uploads") {
            try? FileManager.default.copyItem(atPath: bench.data + "/uploads/" + file, toPath: target + "/uploads/" + file)
        }
        return target
    }

    private func check(_ image: Image) async throws {
        try inspect(image.data)
        let base = try await bench.open { $0.dataDirectory = image.data }
        let listed = Set(try await base.documents(limit: 1_000, after: nil).documents.map(\.id))
        #expect(image.uploaded.isSubset(of: listed))
        #expect(image.deleted.isDisjoint(with: listed))
        let job = try await base.synced()
        #expect(job.status == .completed && job.failed == 0)
        #expect(base.status.indexedCount == base.status.documentCount)
        #expect(image.deleted.isDisjoint(with: Set(try await base.documents(limit: 1_000, after: nil).documents.map(\.id))))
        #expect(try await !base.find("paragraph topic31").isEmpty)
        await base.close()
        try inspect(image.data)
    }

    /// Every document is whole: its chunks, their text, full-text rows and vectors agree.
    private func inspect(_ data: String) throws {
        let connection = try Connection(path: data + "/outcrop.sqlite")
        func number(_ sql: String) throws -> Int { try connection.first(sql) { $0.int(0) } ?? 0 }
        #expect(try connection.rows("PRAGMA integrity_check") { $0.string(0) } == ["ok"])
        #expect(try connection.rows("PRAGMA foreign_key_check") { $0.string(0) }.isEmpty)
        guard try number("SELECT count(*) FROM sqlite_master WHERE name = 'hidden'") == 1 else { return }
        try connection.execute("INSERT INTO chunks_fts(chunks_fts) VALUES ('integrity-check')")
        let chunks = try number("SELECT count(*) FROM chunks")
        #expect(try number("SELECT coalesce(sum(chunk_count), 0) FROM documents") == chunks)
        #expect(try number("SELECT count(*) FROM chunks_fts_docsize") == chunks)
        #expect(try number("SELECT count(*) FROM chunks_trigram_docsize") == number("SELECT count(*) FROM chunks WHERE is_cjk"))
        #expect(try number("SELECT count(*) FROM vectors") == chunks)
        let broken = """
            SELECT count(*) FROM documents d WHERE d.chunk_count <> (SELECT count(*) FROM chunks c WHERE c.document = d.row
                AND c.id >= d.first_chunk AND c.id < d.first_chunk + d.chunk_count)
            """
        #expect(try number(broken) == 0)
        #expect(try number("SELECT count(*) FROM documents WHERE status = 'indexed' AND chunk_count = 0") == 0)
        let ends =
            "SELECT count(*) FROM chunks c WHERE c.end > (SELECT sum(length(text)) FROM document_texts t WHERE t.document = c.document)"
        #expect(try number(ends) == 0)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
