import Foundation
import KnowledgeBase
import RAG
import SQLite
import Synchronization
import Testing

@Suite struct ConcurrencyTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    private func version(_ number: Int, _ version: Int) -> String {
        (0..<6).map { "Version\(version) of report\(number), part \($0): " + String(repeating: "harvest ", count: 12) }.joined(
            separator: "\n\n")
    }

    /// A search sees a document as before or as after, never a mixture, and its text is what was stored.
    @Test func `searches during a sync see whole generations`() async throws {
        let base = try await bench.open { $0.chunker = .init(size: 150, overlap: 0) }
        for number in 0..<12 { try bench.write("\(number).txt", version(number, 0)) }
        try await base.synced()
        let isDone = Flag()
        async let mixtures = withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var searches = 0
                    var last = 0
                    while !isDone.isSet || searches == 0 {
                        let passages = try await base.find("harvest report part", topK: 60)
                        #expect(passages.count > 10)
                        for (_, ofDocument) in Dictionary(grouping: passages, by: \.documentID) {
                            #expect(Set(ofDocument.map { $0.text.prefix(8) }).count == 1)
                        }
                        let generation = base.status.generation
                        #expect(generation >= last)
                        last = generation
                        searches += 1
                    }
                    return searches
                }
            }
            return try await group.reduce(0, +)
        }
        for round in 1...4 {
            for number in 0..<12 { try bench.write("\(number).txt", version(number, round)) }
            #expect(try await base.synced().updated == 12)
        }
        isDone.set()
        #expect(try await mixtures > 0)
        await base.close()
    }

    @Test func `what is deleted appears in no search from then on`() async throws {
        let base = try await bench.open()
        for number in 0..<20 { try bench.write("\(number).txt", "A note on herons, number \(number).") }
        try await base.synced()
        let records = try await base.documents(limit: 100, after: nil).documents
        async let load: Void = withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { for _ in 0..<30 { _ = try await base.find("note on herons", topK: 20) } } }
            try await group.waitForAll()
        }
        for record in records {
            #expect(try await base.delete(id: record.id))
            #expect(try await base.find("note on herons", topK: 20).contains { $0.documentID == record.id } == false)
        }
        try await load
        #expect(try await base.hasDocuments() == false)
        await base.close()
    }

    @Test func `a start during a run gives the running job, which takes in what came before the call`() async throws {
        let base = try await bench.open()
        for number in 0..<30 { try bench.write("\(number).txt", "text number \(number)") }
        let first = try await base.startSync(rebuild: false)
        try bench.write("late.txt", "A late text on storks.")
        let second = try await base.startSync(rebuild: false)
        _ = try await base.waitForSync(first.id)
        _ = try await base.waitForSync(second.id)
        #expect(try await base.names("storks").first == "late.txt")
        let upload = try await bench.upload("upload.txt", "An upload on cranes.", to: base)
        let third = try await base.startSync(rebuild: false)
        _ = try await bench.upload("upload2.txt", "An upload on geese.", to: base)
        let fourth = try await base.startSync(rebuild: false)
        for job in [third, fourth] { _ = try await base.waitForSync(job.id) }
        #expect(try await base.document(id: upload.id)?.status == .indexed)
        #expect(base.status.pendingCount == 0)
        await base.close()
    }

    @Test func `an upload deleted or replaced while it is read does not come back`() async throws {
        let base = try await bench.open()
        for round in 0..<10 {
            let name = "\(round).txt"
            let record = try await bench.upload(name, "First text on swans.", to: base)
            let job = try await base.startSync(rebuild: false)
            if round % 2 == 0 {
                #expect(try await base.delete(id: record.id))
            } else {
                _ = try await bench.upload(name, "Second text on ducks \(round).", to: base)
            }
            _ = try await base.waitForSync(job.id)
            try await base.synced()
        }
        #expect(try await base.documentNames() == ["1.txt", "3.txt", "5.txt", "7.txt", "9.txt"])
        #expect(try await base.find("swans").filter { $0.text.contains("swans") }.isEmpty)
        #expect(base.status.indexedCount == 5)
        await base.close()
    }

    @Test func `readers do not wait for a writer`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "A text on pelicans.")
        try await base.synced()
        let writer = try Connection(path: bench.data + "/outcrop.sqlite")
        try writer.execute("BEGIN IMMEDIATE")
        try writer.execute("UPDATE documents SET filename = 'b.txt'")
        #expect(try await base.names("pelicans") == ["a.txt"])
        #expect(try await base.documentNames() == ["a.txt"])
        #expect(base.status.documentCount == 1)
        try writer.execute("ROLLBACK")
        await base.close()
    }

    @Test func `the embedding cache is bounded and lets the oldest go`() async throws {
        let model = BagOfWords()
        let base = try await bench.open(model) {
            $0.embeddingCacheEntriesMax = 10
            $0.embeddingBatchSize = 2
        }
        for number in 0..<30 { try bench.write("\(number).txt", "unique text number \(number)") }
        try await base.synced()
        #expect(model.documentTextCount == 30)
        await base.close()
        let connection = try Connection(path: bench.data + "/outcrop.sqlite")
        let count = try #require(try connection.first("SELECT count(*) FROM embedding_cache") { $0.int(0) })
        #expect((1...10).contains(count))
    }

    @Test func `a cancelled search ends`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "text")
        try await base.synced()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await base.find("text")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await base.find("text").count == 1)
        await base.close()
    }
}

final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
