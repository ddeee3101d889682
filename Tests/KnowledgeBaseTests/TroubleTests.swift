import Foundation
import RAG
import SQLite
import Testing

@testable import KnowledgeBase

/// Disks, files and programs that do what they should not.
@Suite struct TroubleTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    private func connection() throws -> Connection { try Connection(path: bench.data + "/outcrop.sqlite") }

    // MARK: Text

    /// As remote models are: nothing to see is an error, and it would cost the whole document, then the sync.
    private struct StrictModel: Embedder {
        let base = BagOfWords()
        var id: String { base.id }
        var dimensions: Int { base.dimensions }
        func tokenCount(_ text: String) -> Int { base.tokenCount(text) }

        func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
            guard !texts.contains(where: \.isBlank) else { throw OutcropFailure(.invalidRequest, "A text is blank.") }
            return try await base.embed(texts, purpose: purpose)
        }
    }

    @Test func `a stretch of invisible characters costs no document its vectors`() async throws {
        let base = try await bench.open(StrictModel())
        let invisible = String(repeating: "\u{200B}", count: 5_000)
        for number in 0..<6 { try bench.write("\(number).txt", "A text on otters.\n\n\(invisible)\n\nAnd on seals \(number).") }
        try bench.write("invisible.txt", invisible)
        let job = try await base.synced()
        #expect(job.status == .completed)
        #expect(job.added == 6)
        #expect(job.failures.map(\.filename) == ["invisible.txt"])
        #expect(job.failures.first?.reason.contains("no text") == true)
        #expect(try await !base.find("seals").isEmpty)
        await base.close()
    }

    // MARK: Disk

    @Test func `a full disk fails what it cannot take, loses nothing acknowledged, and is forgotten when there is room`()
        async throws
    {
        let base = try await bench.open()
        try bench.write("a.txt", "A text on otters.")
        try await base.synced()
        try await base.store.write(.repeatable) { try $0.connection.execute("PRAGMA max_page_count = 1") }
        let long = (0..<4_000).map { "word\($0 * 7_919)" }.joined(separator: " ")
        try bench.write("b.txt", long)
        let job = try await base.synced()
        #expect(job.status == .failed)
        #expect(job.error?.contains("free space") == true)
        #expect(try await base.latestJob()?.id == job.id)
        let refused = await #expect(throws: OutcropFailure.self) {
            for number in 0..<400 { _ = try await bench.upload("\(number) \(long.prefix(200)).txt", long, to: base) }
        }
        #expect(refused?.kind == .unavailable && refused?.code == "database_not_writable")
        #expect(try await base.names("otters").first == "a.txt")

        try await base.store.write(.repeatable) { try $0.connection.execute("PRAGMA max_page_count = 1000000") }
        let listed = base.status.documentCount
        let again = try await base.synced()
        #expect(again.status == .completed)
        #expect(base.status.documentCount >= listed)
        #expect(base.status.pendingCount == 0 && base.status.failedCount == 0)
        #expect(try await base.documentNames().contains("b.txt"))
        #expect(try await base.find("word7919").first?.text.contains("word7919") == true)
        await base.close()
        #expect(try connection().rows("PRAGMA integrity_check") { $0.string(0) } == ["ok"])
    }

    /// Whatever a call gives, the process lives: a range of such bounds would trap.
    @Test(arguments: [
        "UPDATE chunks SET start = 100, end = 2", "UPDATE documents SET chunk_count = -5",
        "UPDATE documents SET first_chunk = 9223372036854775807", "UPDATE chunks SET end = 9223372036854775807",
        "UPDATE vectors SET vector = zeroblob(256)", "UPDATE documents SET metadata = 'no JSON'",
        "UPDATE jobs SET report = x'00'", "UPDATE chunks SET headings = '{'", "DELETE FROM document_texts",
        "UPDATE meta SET value = 'x'", "UPDATE documents SET status = 'failed', source = 'upload'",
    ])
    func `wrong values in the database are an error, not a crash`(_ damage: String) async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "A text on otters.")
        try await base.synced()
        try connection().execute(damage)
        _ = try? await base.find("otters")
        _ = try? await base.find("otters", filter: .compare(key: "team", .eq, .string("x")))
        _ = try? await base.documents(limit: 10, after: nil)
        _ = try? await base.latestJob()
        try bench.write("a.txt", "Another text on otters.")
        _ = try? await base.synced()
        await base.close()
        let again = try? await bench.open()
        _ = try? await again?.synced(rebuild: true)
        await again?.close()
    }

    @Test func `a data folder that went away is told as such`() async throws {
        let base = try await bench.open()
        let lost = await #expect(throws: OutcropFailure.self) {
            try await base.adoptUpload(
                temporaryPath: base.incomingDirectory + "/none", filename: "a.txt", contentType: "text/plain", metadata: [:])
        }
        #expect(lost?.code == "data_folder")
        try FileManager.default.removeItem(atPath: bench.data + "/uploads")
        let gone = await #expect(throws: OutcropFailure.self) { try await bench.upload("a.txt", "text", to: base) }
        #expect(gone?.code == "data_folder" && gone?.message.contains("OUTCROP_DATA") == true)
        #expect(try await base.documentNames().isEmpty)
        await base.close()
    }

    // MARK: Log

    @Test func `the log stays bounded while searches never pause`() async throws {
        let base = try await bench.open {
            $0.checkpointPages = 8
            $0.logBytesMax = 1_048_576
        }
        try bench.write("a.txt", "A text on otters.")
        try await base.synced()
        let isDone = Flag()
        async let searches: Void = withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { while !isDone.isSet { _ = try await base.find("otters") } } }
            try await group.waitForAll()
        }
        var largest = 0
        let filler = (0..<2_000).map { "filler\($0)" }.joined(separator: " ")
        for number in 0..<60 {
            _ = try await bench.upload("\(number).txt", "\(number) \(filler)", to: base)
            try await base.synced()
            let attributes = try FileManager.default.attributesOfItem(atPath: bench.data + "/outcrop.sqlite-wal")
            largest = max(largest, (attributes[.size] as? Int) ?? 0)
        }
        isDone.set()
        try await searches
        #expect(largest < 4 * 1_048_576)
        await base.close()
    }

    @Test func `a reader that never ends does not stop the writer`() async throws {
        let base = try await bench.open {
            $0.checkpointPages = 4
            $0.logBytesMax = 262_144
        }
        try bench.write("a.txt", "A text on otters.")
        try await base.synced()
        let reader = try connection()
        try reader.execute("BEGIN")
        #expect(try reader.first("SELECT count(*) FROM documents") { $0.int(0) } == 1)
        let filler = (0..<2_000).map { "filler\($0)" }.joined(separator: " ")
        for number in 0..<10 { try bench.write("\(number).txt", "\(number) \(filler)") }
        #expect(try await base.synced().added == 10)
        #expect(try reader.first("SELECT count(*) FROM documents") { $0.int(0) } == 1)
        try reader.execute("ROLLBACK")
        await base.close()
    }

    // MARK: Files

    @Test func `the same size and time with other content is noticed`() async throws {
        let base = try await bench.open { $0.clock = { Int(Date().timeIntervalSince1970) + 10 } }
        try bench.write("a.txt", "The gate opens at 8.")
        try await base.synced()
        #expect(try await base.synced().updated == 0)
        let path = bench.documents + "/a.txt"
        let time = try #require(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.write(contentsOf: Data("The gate opens at 9.".utf8))
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
        #expect(try await base.synced().updated == 1)
        await base.close()
    }

    @Test func `a file from the future settles like any other`() async throws {
        let model = BagOfWords()
        let base = try await bench.open(model) { $0.clock = { Int(Date().timeIntervalSince1970) + 10 } }
        try bench.write("a.txt", "A text on otters.")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 9_000_000_000)], ofItemAtPath: bench.documents + "/a.txt")
        try await base.synced()
        await base.close()
        let stamp = try connection().first("SELECT stamp FROM documents") { $0.string(0) }
        #expect(stamp?.isEmpty == false)
    }

    @Test func `a deleted document stays deleted with the content it had then, read or not`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "First text on otters.")
        try await base.synced()
        let record = try #require(try await base.documents(limit: 1, after: nil).documents.first)
        try bench.write("a.txt", "Second text on otters.")
        #expect(try await base.delete(id: record.id))
        #expect(try await base.synced().added == 0)
        #expect(try await base.synced(rebuild: true).added == 0)
        #expect(try await base.find("otters").isEmpty)
        try bench.write("a.txt", "Third text on otters.")
        #expect(try await base.synced().added == 1)
        #expect(try await base.find("otters").first?.text == "Third text on otters.")
        await base.close()
    }

    @Test(.timeLimit(.minutes(1))) func `a document deleted while it is embedded stays deleted`() async throws {
        let gate = Gate(opensAt: .max)
        let base = try await bench.open(GatedModel(gate))
        try bench.write("a.txt", "A text on otters.")
        let job = try await base.startSync(rebuild: false)
        await gate.arrived(1)
        let record = try #require(try await base.documents(limit: 1, after: nil).documents.first)
        #expect(try await base.delete(id: record.id))
        await gate.open()
        #expect(try await base.waitForSync(job.id).added == 0)
        #expect(try await base.synced().added == 0)
        #expect(base.status.documentCount == 0)
        await base.close()
    }

    @Test(arguments: [
        "a/\u{301}b.txt", "/\u{301}", ".\u{301}x", "..", "a/b", "a\0b", "\u{202E}txt.exe", String(repeating: "é", count: 128),
    ])
    func `a hostile upload name is refused`(_ name: String) async throws {
        let base = try await bench.open()
        let error = await #expect(throws: OutcropFailure.self) { try await bench.upload(name, "text", to: base) }
        #expect(error?.kind == .invalidRequest)
        await base.close()
    }

    @Test func `a name that begins with an accent is a name`() async throws {
        let base = try await bench.open()
        try bench.write("\u{301}a.txt", "A text on otters.")
        try await base.synced()
        let record = try #require(try await base.documents(limit: 1, after: nil).documents.first)
        #expect(try await base.originalPath(id: record.id) != nil)
        await base.close()
    }

    @Test func `the last document is replaced even when there are as many as allowed`() async throws {
        let base = try await bench.open { $0.filesMax = 1 }
        _ = try await bench.upload("a.txt", "First text.", to: base)
        _ = try await bench.upload("a.txt", "Second text.", to: base)
        let error = await #expect(throws: OutcropFailure.self) { try await bench.upload("b.txt", "text", to: base) }
        #expect(error?.code == "too_many_documents")
        await base.close()
    }

    // MARK: Programs

    @Test func `a folder lock that is refused closes its own descriptor alone`() async throws {
        let base = try await bench.open()
        // A second close of the same number would hit the file opened in between, here at once: none may fail.
        for _ in 0..<50 {
            let refused = Task.detached { [bench] in _ = try? FolderLock(DataFolder(path: bench.data)) }
            for _ in 0..<20 {
                let descriptor = open("/dev/null", O_RDONLY)
                #expect(descriptor >= 0 && close(descriptor) == 0)
            }
            await refused.value
        }
        await base.close()
    }

    @Test func `a reader notices that another model made the index anew`() async throws {
        try bench.write("a.txt", "A text on otters.")
        let first = try await bench.open(BagOfWords(id: "one"))
        try await first.synced()
        await first.close()
        let reader = try await bench.open(BagOfWords(id: "one")) { $0.isReadOnly = true }
        #expect(try await reader.names("otters") == ["a.txt"])
        let second = try await bench.open(BagOfWords(id: "two")) { $0.rebuild = true }
        try await second.synced()
        let error = await #expect(throws: OutcropFailure.self) { try await reader.find("otters") }
        #expect(error?.code == "embedding_model_changed")
        await reader.close()
        await second.close()
    }

    @Test func `closing from a cancelled task closes`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "A text on otters.")
        try await base.synced()
        await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await base.close()
        }.value
        await #expect(throws: (any Error).self) { try await base.document(id: "doc_x") }
        #expect(!FileManager.default.fileExists(atPath: bench.data + "/outcrop.sqlite-wal"))
    }

    // MARK: Questions

    /// Numbered, because a test's name shows its arguments.
    private static let questions: [String] = [
        String(repeating: "a ", count: 4_000_000), String(repeating: " ", count: 8_000_000),
        "a" + String(repeating: "\u{301}", count: 4_000_000), String(repeating: "價 ", count: 2_000_000),
        String(repeating: "價格 \u{0} \" * ^ ( NEAR(", count: 200_000), String(repeating: "\"", count: 8_000_000),
        (0..<200_000).map { "w\($0)" }.joined(separator: " OR "), "text:otters AND -x + ^y {a b}: \u{0}\u{FFFF}",
    ]

    @Test(arguments: questions.indices) func `a hostile question costs no more than its limits`(_ number: Int) async throws {
        let question = Self.questions[number]
        let base = try await bench.open()
        try bench.write("a.txt", "A text on otters. 價格")
        try await base.synced()
        let query = FTSQuery(question)
        #expect(query.words.count <= FTSQuery.termsMax && query.runs.count <= FTSQuery.termsMax)
        _ = try await base.find(question)
        await base.close()
    }
}
