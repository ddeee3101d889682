import Foundation
import RAG
import SQLite
import Testing

@testable import KnowledgeBase

@Suite struct DocumentTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    @Test func `an upload is pending at once and indexed by the next sync`() async throws {
        let base = try await bench.open()
        let record = try await bench.upload(
            "Quarter report.txt", "Revenue grew by nine percent.", metadata: ["year": .number(2024)], to: base)
        #expect(record.status == .pending && record.source == .upload && record.byteCount == 29)
        #expect(base.status.pendingCount == 1)
        let job = try await base.synced()
        #expect(job.added == 1)
        let passage = try #require(try await base.find("how much did revenue grow").first)
        #expect(passage.documentID == record.id && passage.metadata == ["year": .number(2024)])
        #expect(try await base.originalPath(id: record.id) == bench.data + "/uploads/Quarter report.txt")
        #expect(try FileManager.default.contentsOfDirectory(atPath: base.incomingDirectory).isEmpty)
        await base.close()
    }

    @Test func `an upload of the same name replaces, and the old text answers until then`() async throws {
        let base = try await bench.open()
        let first = try await bench.upload("a.txt", "The colour of the door is green.", to: base)
        try await base.synced()
        let second = try await bench.upload("a.txt", "The colour of the door is red.", to: base)
        #expect(second.id == first.id && second.etag != first.etag && second.status == .pending)
        #expect(try await base.find("colour door").first?.text.contains("green") == true)
        #expect(try await base.synced().updated == 1)
        #expect(try await base.find("colour door").map(\.text) == ["The colour of the door is red."])
        #expect(base.status.documentCount == 1)
        await base.close()
    }

    @Test(arguments: [
        "", "a/b.txt", "..", ".hidden", "/etc/passwd", "line\nbreak.txt", "nul\u{0}.txt", "   ", "evil\u{202E}txt.exe",
        // For Swift's `contains` and `hasPrefix` none of these holds a slash or begins with a dot.
        "..a/\u{301}b", "/\u{301}etc", ".\u{301}x", "a\\b.txt", "\\\u{301}x", "a.txt.metadata.json", "\u{600}.metadata.json",
    ])
    func `refuses a name that is no plain file name`(name: String) async throws {
        let base = try await bench.open()
        let error = await #expect(throws: OutcropFailure.self) { try await bench.upload(name, "text", to: base) }
        #expect(error?.kind == .invalidRequest && error?.parameter == "filename")
        await base.close()
    }

    @Test func `a name may have 255 bytes and not one more`() async throws {
        let base = try await bench.open()
        let longest = String(repeating: "ü", count: 125) + "a.txt"
        #expect(longest.utf8.count == 255)
        _ = try await bench.upload(longest, "text about sails", to: base)
        await #expect(throws: OutcropFailure.self) { try await bench.upload("b" + longest, "text", to: base) }
        #expect(try await base.synced().added == 1)
        await base.close()
    }

    @Test func `metadata and the number of documents are bounded`() async throws {
        let base = try await bench.open {
            $0.filesMax = 1; $0.metadataBytesMax = 100
        }
        let error = await #expect(throws: OutcropFailure.self) {
            try await bench.upload("a.txt", "x", metadata: ["k": .string(String(repeating: "v", count: 100))], to: base)
        }
        #expect(error?.parameter == "metadata")
        _ = try await bench.upload("a.txt", "x", to: base)
        let full = await #expect(throws: OutcropFailure.self) { try await bench.upload("b.txt", "x", to: base) }
        #expect(full?.code == "too_many_documents")
        await base.close()
    }

    @Test func `a deleted upload is gone with its file and stays gone`() async throws {
        let base = try await bench.open()
        let record = try await bench.upload("a.txt", "The mast is tall.", to: base)
        try await base.synced()
        #expect(try await base.delete(id: record.id))
        #expect(try await base.find("mast").isEmpty)
        #expect(try await base.document(id: record.id) == nil)
        #expect(try await base.originalPath(id: record.id) == nil)
        #expect(!FileManager.default.fileExists(atPath: bench.data + "/uploads/a.txt"))
        #expect(try await base.delete(id: record.id) == false)
        #expect(try await base.synced().scanned == 0)
        _ = try await bench.upload("a.txt", "The mast is tall.", to: base)
        #expect(try await base.synced().added == 1)
        await base.close()
    }

    @Test func `a deleted document of the folder is hidden until its content changes`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "The keel is deep.")
        try await base.synced()
        let id = try #require(try await base.documents(limit: 1, after: nil).documents.first).id
        let generation = base.status.generation
        #expect(try await base.delete(id: id))
        #expect(base.status.generation == generation + 1)
        #expect(try await base.find("keel").isEmpty)
        #expect(FileManager.default.fileExists(atPath: bench.documents + "/a.txt"), "the folder is read-only to us")
        try await base.synced()
        try bench.write("a.txt", "The keel is deep.")
        #expect(try await base.synced(rebuild: true).added == 0, "the same content under a new time")
        #expect(try await base.documentNames() == [])
        try bench.write("a.txt", "The keel is shallow.")
        #expect(try await base.synced().added == 1)
        #expect(try await base.find("keel").first?.text == "The keel is shallow.")
        await base.close()
    }

    @Test func `a hidden file that was removed comes back as new`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "The rudder turns.")
        try await base.synced()
        let id = try #require(try await base.documents(limit: 1, after: nil).documents.first).id
        _ = try await base.delete(id: id)
        try bench.remove("a.txt")
        try await base.synced()
        try bench.write("a.txt", "The rudder turns.")
        #expect(try await base.synced().added == 1)
        await base.close()
    }

    @Test func `lists in order of creation, page by page`() async throws {
        let base = try await bench.open()
        for number in 0..<5 { _ = try await bench.upload("\(number).txt", "text", to: base) }
        let first = try await base.documents(limit: 2, after: nil)
        #expect(first.documents.map(\.filename) == ["0.txt", "1.txt"] && first.hasMore)
        let second = try await base.documents(limit: 3, after: first.documents.last?.id)
        #expect(second.documents.map(\.filename) == ["2.txt", "3.txt", "4.txt"] && !second.hasMore)
        let error = await #expect(throws: OutcropFailure.self) { try await base.documents(limit: 2, after: "doc_unknown") }
        #expect(error?.parameter == "after")
        await base.close()
    }

    @Test func `a question of which nothing can be seen finds nothing`() async throws {
        let base = try await bench.open(BagOfWords())
        try bench.write("a.txt", "The keel is deep.")
        try await base.synced()
        for text in ["\0", "\u{1}\u{200B}", " \u{FEFF}\n"] {
            #expect(try await base.retrieve(RetrievalQuery(texts: [text], topK: 3, minScore: 0)).isEmpty)
        }
        await base.close()
    }

    /// "é" in one scalar and in two: equal for Swift, two folders for Linux.
    @Test func `a link to a folder whose name only looks alike leads out`() async throws {
        let inside = bench.root + "/caf\u{E9}"
        let sibling = bench.root + "/cafe\u{301}"
        for folder in [inside, sibling] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        }
        try Data("secret".utf8).write(to: URL(fileURLWithPath: sibling + "/a.txt"))
        try FileManager.default.createSymbolicLink(atPath: inside + "/a.txt", withDestinationPath: sibling + "/a.txt")
        let scanner = FolderScanner(root: inside, extensions: ["txt"], filesMax: 10)
        #expect(try scanner.scan() == FolderScanner.Result(skippedCount: 1))
        #expect(FolderScanner.resolvedInside(root: inside, path: inside + "/a.txt") == nil)
        #expect(FolderScanner.resolvedInside(root: sibling, path: sibling + "/a.txt") != nil)
    }

    @Test func `a link that leads out of the folder later is not opened`() async throws {
        let base = try await bench.open()
        try bench.write("a.txt", "inside")
        try await base.synced()
        let id = try #require(try await base.documents(limit: 1, after: nil).documents.first).id
        #expect(try await base.originalPath(id: id)?.hasSuffix("/documents/a.txt") == true)
        try bench.remove("a.txt")
        try FileManager.default.createSymbolicLink(atPath: bench.documents + "/a.txt", withDestinationPath: "/etc/hostname")
        #expect(try await base.originalPath(id: id) == nil)
        await base.close()
    }
}
