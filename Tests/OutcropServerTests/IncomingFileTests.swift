import Foundation
import RAG
import Testing

@testable import OutcropServer

@Suite struct IncomingFileTests {
    private let directory: TemporaryDirectory
    private let queue = WorkQueue(label: "test", width: 1)

    init() throws { directory = try TemporaryDirectory() }

    @Test func `is gone with its last reference unless it was kept`() async throws {
        var file: IncomingFile? = try await IncomingFile.create(in: directory.path, name: "a", queue: queue)
        try await file?.write([1, 2])
        try await file?.write([3])
        let path = try #require(file?.path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1, 2, 3]))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        file = nil
        #expect(directory.names.isEmpty)

        file = try await IncomingFile.create(in: directory.path, name: "b", queue: queue)
        file?.keep()
        file = nil
        #expect(directory.names == ["b"])
    }

    @Test func `never writes over what is there, nor through a link`() async throws {
        _ = try directory.file("a", [9])
        symlink("/tmp/elsewhere", directory.path + "/b")
        for name in ["a", "b"] {
            await #expect(throws: OutcropFailure.self) {
                try await IncomingFile.create(in: directory.path, name: name, queue: queue)
            }
        }
        #expect(directory.names == ["a", "b"])
    }

    @Test func `a disk that takes nothing is the server's trouble, told without paths`() async throws {
        let failure = try await #require(throws: OutcropFailure.self) {
            try await IncomingFile.create(in: "/nonexistent/place", name: "a", queue: queue)
        }
        #expect(failure.kind == .unavailable && failure.code == "storage_failed")
        #expect(failure.retryAfterSeconds != nil && !failure.message.contains("nonexistent"))
    }

    @Test func `a full disk is noticed at the write`() async throws {
        // /dev/full answers every write with ENOSPC.
        let file = IncomingFile(
            path: directory.path + "/none", queue: queue, descriptor: OwnedDescriptor(open("/dev/full", O_WRONLY | O_CLOEXEC)))
        let failure = try await #require(throws: OutcropFailure.self) { try await file.write([1]) }
        #expect(failure.kind == .unavailable && failure.message.contains("No space left"))
    }
}

@Suite struct ByteBudgetTests {
    @Test func `holds so many bytes and takes each back once`() throws {
        let budget = ByteBudget(bytesMax: 10, what: "JSON bodies")
        let first = budget.lease()
        var second: ByteBudget.Lease? = budget.lease()
        try first.take(6)
        try second?.take(4)
        let failure = try #require(throws: OutcropFailure.self) { try first.take(1) }
        #expect(failure.kind == .unavailable && failure.retryAfterSeconds == 1 && failure.message.contains("10 bytes"))
        first.giveBack()
        first.giveBack()
        #expect(budget.takenBytes == 4)
        second = nil
        #expect(budget.takenBytes == 0, "dropped without a word it is free again")
        try first.take(10)
        #expect(throws: OutcropFailure.self) { try first.take(.max) }
    }
}

@Suite struct SlotPoolTests {
    @Test func `gives so many places and takes each back once`() throws {
        let pool = SlotPool(capacity: 2, what: "answers")
        let first = try pool.take()
        var second: Slot? = try pool.take()
        let failure = try #require(throws: OutcropFailure.self) { try pool.take() }
        #expect(failure.kind == .unavailable && failure.retryAfterSeconds == 1 && failure.message.contains("2 answers"))
        first.giveBack()
        first.giveBack()
        #expect(pool.takenCount == 1)
        #expect(second != nil)
        second = nil
        #expect(pool.takenCount == 0, "dropped without a word it is free again")
    }
}
