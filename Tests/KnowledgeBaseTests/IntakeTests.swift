import Foundation
import RAG
import SQLite
import Testing

@testable import KnowledgeBase

@Suite struct IntakeTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    @Test func `the window lets in by number, by bytes, and always two`() {
        var window = IntakeWindow(byteCounts: [1, 1, 1, 1, 1], countMax: 3, byteCountMax: 100)
        #expect((0..<4).map { _ in window.admit() } == [0, 1, 2, nil])
        window.release(0)
        #expect((0..<2).map { _ in window.admit() } == [3, nil])

        window = IntakeWindow(byteCounts: [.max, .max, 1, 60, 30, 20], countMax: 4, byteCountMax: 100)
        #expect((0..<3).map { _ in window.admit() } == [0, 1, nil])
        window.release(0)
        #expect((0..<2).map { _ in window.admit() } == [2, nil])
        window.release(1)
        #expect((0..<4).map { _ in window.admit() } == [3, 4, nil, nil])
        window.release(2)
        window.release(3)
        #expect((0..<2).map { _ in window.admit() } == [5, nil])
    }

    @Test(.timeLimit(.minutes(1)))
    func `small documents are embedded several at once and written in the order of their names`() async throws {
        // Opens when four calls wait together: one after the other, they would wait for ever.
        let gate = Gate(opensAt: 4)
        let base = try await bench.open(GatedModel(gate)) { $0.documentsInFlight = 4 }
        for number in 10..<40 { try bench.write("\(number).txt", "text number \(number)") }
        let job = try await base.synced()
        #expect((job.status, job.added, job.progress.filesDone) == (.completed, 30, 30))
        await base.close()
        let connection = try Connection(path: bench.data + "/outcrop.sqlite")
        let names = try connection.rows("SELECT filename FROM documents ORDER BY first_chunk") { $0.string(0) }
        #expect(names == (10..<40).map { "\($0).txt" })
    }

    @Test(.timeLimit(.minutes(1))) func `a rebuild asked for during a sync is done by it`() async throws {
        let gate = Gate(opensAt: .max)
        let model = GatedModel(gate)
        let base = try await bench.open(model)
        for number in 0..<3 { try bench.write("\(number).txt", "text number \(number)") }
        let plain = try await base.startSync(rebuild: false)
        await gate.arrived(3)
        let rebuild = try await base.startSync(rebuild: true)
        #expect(rebuild.id == plain.id)
        await gate.open()
        let job = try await base.waitForSync(rebuild.id)
        #expect((job.status, job.added, job.updated) == (.completed, 3, 3))
        #expect(model.documentTextCount == 6)
        #expect(try await base.synced().updated == 0)
        await base.close()
    }

    @Test(.timeLimit(.minutes(1))) func `a rebuild cut off goes on at the next sync`() async throws {
        let first = try await bench.open()
        for number in 0..<10 { try bench.write("\(number).txt", "text number \(number)") }
        try await first.synced()
        await first.close()
        let gate = Gate(opensAt: .max)
        let second = try await bench.open(GatedModel(gate))
        let job = try await second.startSync(rebuild: true)
        await gate.arrived(4)
        await second.close()
        let third = try await bench.open()
        let done = try #require(try await third.job(id: job.id)).updated
        #expect(done == 0)
        #expect(try await third.synced().updated == 10)
        await third.close()
    }
}
