import Foundation
import RAG
import SQLite
import Testing

@testable import KnowledgeBase

@Suite struct SyncTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    @Test func `adds, updates and deletes as the folder does`() async throws {
        let base = try await bench.open()
        try bench.write("rent.md", "# Rent\n\nThe rent is due on the third working day of the month.")
        try bench.write("sub/folder/leave.txt", "Every employee has thirty days of vacation.")
        var job = try await base.synced()
        #expect(job.status == .completed)
        #expect((job.scanned, job.added, job.updated, job.deleted, job.failed) == (2, 2, 0, 0, 0))
        #expect(job.progress.filesDone == 2)
        #expect(try await base.names("days of vacation").first == "sub/folder/leave.txt")
        let generation = base.status.generation
        #expect(generation == 2)

        job = try await base.synced()
        #expect((job.scanned, job.added, job.updated, job.deleted, job.failed) == (2, 0, 0, 0, 0))
        #expect(base.status.generation == generation, "nothing visible changed")

        try bench.write("rent.md", "# Rent\n\nThe rent is due on the ninth of the month.")
        job = try await base.synced()
        #expect((job.added, job.updated, job.deleted) == (0, 1, 0))
        let passage = try #require(try await base.find("when is the rent due").first)
        #expect(passage.text.contains("ninth"))
        #expect(try await base.storedText(documentID: passage.documentID, range: passage.range) == passage.text)

        try bench.remove("rent.md")
        job = try await base.synced()
        #expect((job.scanned, job.deleted) == (1, 1))
        #expect(try await base.documentNames() == ["sub/folder/leave.txt"])
        #expect(base.status.documentCount == 1)
        #expect(base.status.chunkCount == 1)
        await base.close()
    }

    @Test func `a renamed file is another document and its vectors are not computed again`() async throws {
        let model = BagOfWords()
        let base = try await bench.open(model)
        try bench.write("old.txt", "The warranty lasts two years.")
        try await base.synced()
        let before = try #require(try await base.documents(limit: 10, after: nil).documents.first)
        try FileManager.default.moveItem(atPath: bench.documents + "/old.txt", toPath: bench.documents + "/new.txt")
        let job = try await base.synced()
        #expect((job.added, job.deleted) == (1, 1))
        let after = try #require(try await base.documents(limit: 10, after: nil).documents.first)
        #expect(after.filename == "new.txt")
        #expect(after.id != before.id)
        #expect(after.etag == before.etag)
        #expect(model.documentTextCount == 1)
        await base.close()
    }

    @Test func `a document id is doc_ and 26 base32 characters and stays the same`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "alpha")
        try await base.synced()
        let first = try #require(try await base.documents(limit: 1, after: nil).documents.first)
        // printf 'folder\0a.txt' | sha256sum | xxd -r -p | base32 | tr A-Z a-z | cut -c-26
        #expect(first.id == "doc_5t54cv5gpekmrijcgqgdsompsd")
        try bench.write("a.txt", "beta")
        try await base.synced()
        #expect(try await base.document(id: first.id)?.etag != first.etag)
        await base.close()
    }

    @Test func `a failing document is told with its reason and never stops the others`() async throws {
        // Ten seconds later, every file counts as at rest.
        let base = try await bench.open { $0.clock = { Int(Date().timeIntervalSince1970) + 10 } }
        try bench.write("good.txt", "A good text about bridges.")
        try bench.write("empty.txt", "")
        try bench.write("broken.pdf", "this is no PDF")
        let job = try await base.synced()
        #expect(job.status == .completed)
        #expect((job.added, job.failed) == (1, 2))
        #expect(Set(job.failures.map(\.filename)) == ["empty.txt", "broken.pdf"])
        #expect(job.failures.allSatisfy { !$0.reason.isEmpty && $0.documentID.hasPrefix("doc_") })
        #expect(base.status.failedCount == 2 && base.status.indexedCount == 1)
        #expect(try await base.names("bridges") == ["good.txt"])
        let failed = try await base.documents(limit: 10, after: nil).documents.filter { $0.status == .failed }
        #expect(failed.count == 2 && failed.allSatisfy { $0.error != nil && $0.chunkCount == 0 })

        try bench.write("empty.txt", "Not empty any more: tunnels.")
        let again = try await base.synced()
        #expect((again.added, again.failed) == (1, 0), "the file that is still broken is not read again")
        #expect(try await base.names("tunnels").first == "empty.txt")
        await base.close()
    }

    @Test func `what cannot be read any more leaves no old text behind`() async throws {
        let base = try await bench.open()
        try bench.write("note.txt", "The password of the door is swordfish.")
        try await base.synced()
        try bench.write("note.txt", "")
        let job = try await base.synced()
        #expect(job.failed == 1)
        #expect(try await base.find("swordfish").isEmpty)
        #expect(base.status.chunkCount == 0)
        await base.close()
    }

    @Test func `metadata beside a file is taken, followed and required to be right`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "The budget of the sales team.")
        try bench.write(
            "a.txt.metadata.json",
            #"{"metadataAttributes": {"team": "sales", "year": 2024, "tags": ["x", "y"], "final": {"value": {"type": "BOOLEAN", "booleanValue": true}}}}"#
        )
        var job = try await base.synced()
        #expect((job.scanned, job.added) == (1, 1))
        let record = try #require(try await base.documents(limit: 1, after: nil).documents.first)
        #expect(
            record.metadata == [
                "team": .string("sales"), "year": .number(2024), "tags": .array([.string("x"), .string("y")]),
                "final": .bool(true),
            ])
        let generation = base.status.generation

        try bench.write("a.txt.metadata.json", #"{"metadataAttributes": {"team": "support"}}"#)
        job = try await base.synced()
        #expect(job.updated == 1)
        #expect(base.status.generation == generation + 1)
        #expect(try await base.find("budget", filter: .compare(key: "team", .eq, .string("support"))).count == 1)
        #expect(try await base.find("budget", filter: .compare(key: "team", .eq, .string("sales"))).isEmpty)

        try bench.write("a.txt.metadata.json", #"{"metadataAttributes": {"team": {"nested": 1}}}"#)
        job = try await base.synced()
        #expect(job.failures.first?.reason.contains("team") == true)
        #expect(try await base.find("budget").isEmpty)

        try bench.remove("a.txt.metadata.json")
        job = try await base.synced()
        #expect(try await base.find("budget").first?.metadata == [:])
        await base.close()
    }

    @Test func `hidden files, foreign kinds and links out of the folder are passed over`() async throws {
        let base = try await bench.open()
        try bench.write("seen.txt", "seen")
        try bench.write(".hidden.txt", "hidden")
        try bench.write(".git/config.txt", "hidden")
        try bench.write("picture.png", "png")
        try Data("secret".utf8).write(to: URL(fileURLWithPath: bench.root + "/outside.txt"))
        try FileManager.default.createSymbolicLink(
            atPath: bench.documents + "/out.txt", withDestinationPath: bench.root + "/outside.txt")
        try FileManager.default.createSymbolicLink(atPath: bench.documents + "/in.txt", withDestinationPath: "seen.txt")
        try FileManager.default.createSymbolicLink(atPath: bench.documents + "/circle", withDestinationPath: bench.documents)
        try FileManager.default.createSymbolicLink(atPath: bench.documents + "/dangling.txt", withDestinationPath: "nowhere.txt")
        let job = try await base.synced()
        #expect(try await base.documentNames() == ["in.txt", "seen.txt"])
        #expect(job.skipped == 4)
        await base.close()
    }

    @Test func `a folder that vanished keeps its documents and fails the job, an empty one lets them go`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "The anchor holds.")
        try await base.synced()
        try FileManager.default.moveItem(atPath: bench.documents, toPath: bench.root + "/away")
        let job = try await base.synced()
        #expect(job.status == .failed)
        #expect(job.error?.contains(bench.documents) == true)
        #expect(try await base.names("anchor") == ["a.txt"])
        try FileManager.default.createDirectory(atPath: bench.documents, withIntermediateDirectories: true)
        #expect(try await base.synced().deleted == 1)
        #expect(try await base.hasDocuments() == false)
        await base.close()
    }

    @Test func `without a documents folder there are uploads only`() async throws {
        let base = try await bench.open { $0.documentsDirectory = nil }
        _ = try await bench.upload("a b ü.txt", "An uploaded text on glaciers.", to: base)
        let job = try await base.synced()
        #expect((job.status, job.added) == (.completed, 1))
        #expect(try await base.names("glaciers") == ["a b ü.txt"])
        await base.close()
    }

    @Test func `too many files change nothing and say so`() async throws {
        let base = try await bench.open { $0.filesMax = 3 }
        for number in 0..<4 { try bench.write("\(number).txt", "text \(number)") }
        let job = try await base.synced()
        #expect(job.status == .failed)
        #expect(job.error?.contains("more than 3") == true)
        #expect(base.status.documentCount == 0)
        await base.close()
    }

    @Test func `a folder full of other things is not read without end`() async throws {
        let base = try await bench.open { $0.filesMax = 3 }
        for number in 0..<3 { try bench.write("\(number).txt", "text \(number)") }
        for number in 0..<26 { try bench.write("sub/\(number).png", "png") }
        #expect(try await base.synced().status == .completed)
        try bench.write("sub/26.png", "png")
        #expect(try await base.synced().error?.contains("names of any kind") == true)
        #expect(base.status.documentCount == 3)
        await base.close()
    }

    @Test func `too many passages fail their document alone`() async throws {
        let base = try await bench.open { $0.chunksPerDocumentMax = 2 }
        try bench.write("long.txt", String(repeating: "many words in a long text. ", count: 300))
        try bench.write("short.txt", "few words")
        let job = try await base.synced()
        #expect((job.added, job.failed) == (1, 1))
        #expect(job.failures.first?.filename == "long.txt")
        await base.close()
    }

    @Test func `failures kept in a job are bounded`() async throws {
        let base = try await bench.open { $0.failuresKeptMax = 2 }
        for number in 0..<5 { try bench.write("\(number).txt", "") }
        let job = try await base.synced()
        #expect((job.failed, job.failures.count) == (5, 2))
        await base.close()
    }

    @Test func `other chunk sizes make every document anew`() async throws {
        try bench.write("a.txt", String(repeating: "sentence about rivers. ", count: 60))
        let first = try await bench.open()
        try await first.synced()
        let before = first.status.chunkCount
        await first.close()
        let second = try await bench.open { $0.chunker = .init(size: 200, overlap: 20) }
        #expect(try await second.synced().updated == 1)
        #expect(second.status.chunkCount > before)
        await second.close()
    }

    @Test func `a rebuild reads and embeds everything again`() async throws {
        let model = BagOfWords()
        let base = try await bench.open(model)
        try bench.write("a.txt", "one")
        try bench.write("b.txt", "two")
        try await base.synced()
        let job = try await base.synced(rebuild: true)
        #expect(job.updated == 2)
        #expect(model.documentTextCount == 4)
        await base.close()
    }

    @Test func `jobs are remembered and their number is bounded`() async throws {
        let base = try await bench.open { $0.jobsKeptMax = 3 }
        #expect(try await base.latestJob() == nil)
        var jobs: [SyncJob] = []
        for _ in 0..<5 { jobs.append(try await base.synced()) }
        #expect(try await base.latestJob()?.id == jobs.last?.id)
        #expect(try await base.job(id: jobs[4].id) == jobs[4])
        #expect(try await base.job(id: jobs[0].id) == nil)
        await #expect(throws: OutcropFailure.self) { try await base.waitForSync("job_unknown") }
        await base.close()
    }

    @Test func `progress ends with the last state`() async throws {
        let base = try await bench.open()
        for number in 0..<20 { try bench.write("\(number).txt", "text number \(number)") }
        let job = try await base.startSync(rebuild: false)
        var last: SyncJob?
        for await snapshot in base.progress(of: job.id) { last = snapshot }
        #expect(last?.status == .completed)
        #expect(last?.progress.filesDone == 20 && last?.progress.filesTotal == 20 && last?.progress.chunksDone == 20)
        #expect(base.status.runningJob == nil)
        await base.close()
    }

    @Test func `a model that fails leaves documents for the next sync and a model that is away ends the job`() async throws {
        let model = BagOfWords()
        let base = try await bench.open(model)
        try bench.write("a.txt", "The old text on lighthouses.")
        try await base.synced()
        model.setFailing(true)
        try bench.write("a.txt", "The new text on lighthouses.")
        var job = try await base.synced()
        #expect((job.status, job.failed) == (.completed, 1))
        #expect(job.failures.first?.reason == "The model is away.")
        for number in 0..<9 { try bench.write("\(number).txt", "text \(number)") }
        job = try await base.synced()
        #expect(job.status == .failed)
        #expect(job.failed == 5)
        model.setFailing(false)
        job = try await base.synced()
        #expect((job.status, job.failed, job.updated + job.added) == (.completed, 0, 10))
        #expect(try await base.find("lighthouses").first?.text == "The new text on lighthouses.")
        await base.close()
    }

    @Test func `our own data inside the documents folder is not read`() async throws {
        let data = bench.documents + "/data"
        let base = try await bench.open { $0.dataDirectory = data }
        try bench.write("a.txt", "text on gulls")
        _ = try await bench.upload("u.txt", "text on terns", to: base)
        let job = try await base.synced()
        #expect((job.scanned, job.added) == (2, 2))
        #expect(try await base.documentNames() == ["a.txt", "u.txt"])
        await base.close()
    }

    @Test func `a folder that cannot be listed keeps its documents`() async throws {
        let base = try await bench.open()
        // Deeper than is looked into: nothing is known about what lies there, even for root, whom no permission stops.
        let deep = String(repeating: "d/", count: FolderScanner.depthMax + 1)
        try bench.write("a.txt", "text on gulls")
        try bench.write(deep + "b.txt", "text on terns")
        let job = try await base.synced()
        #expect(try await base.documentNames() == ["a.txt"])
        #expect(job.failures.count == 1 && job.failures.first?.filename == deep)
        await base.close()
    }

    @Test func `an upload that failed is read again when it is uploaded again`() async throws {
        let base = try await bench.open()
        let record = try await bench.upload("a.txt", "", to: base)
        #expect(try await base.synced().failed == 1)
        _ = try await bench.upload("a.txt", "", to: base)
        #expect(try await base.synced().failed == 1)
        #expect(try await base.document(id: record.id)?.error?.isEmpty == false)
        await base.close()
    }

    @Test func `deleted documents leave no word in the full-text tables`() async throws {
        let base = try await bench.open { $0.chunker = .init(size: 120, overlap: 30) }
        for number in 0..<6 {
            try bench.write(
                "sub \(number)/é\(number).md",
                "# Título \(number)\n\n" + (0..<80).map { "wörd\($0) 價格\(number) e\u{301}\($0) 🙂" }.joined(separator: " ")
                    + "\n\n## End\n\nfin 日本")
        }
        try await base.synced()
        let connection = try Connection(path: bench.data + "/outcrop.sqlite")
        for (name, table) in [("words", "chunks_fts"), ("grams", "chunks_trigram")] {
            try connection.execute("CREATE VIRTUAL TABLE temp.\(name) USING fts5vocab(main, \(table), row)")
        }
        func terms(_ name: String) throws -> Int { try connection.first("SELECT count(*) FROM temp.\(name)") { $0.int(0) } ?? 0 }
        #expect(try terms("words") > 100 && terms("grams") > 100)
        for number in 0..<6 { try bench.write("sub \(number)/é\(number).md", "short") }
        try await base.synced()
        // "short" and the names: sub, é (folded), md, 0…5 with and without é.
        #expect(try terms("words") < 20 && terms("grams") == 0)
        for number in 0..<6 { try bench.remove("sub \(number)/é\(number).md") }
        #expect(try await base.synced().deleted == 6)
        #expect(try terms("words") == 0)
        await base.close()
    }
}
