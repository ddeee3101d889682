import Foundation
import RAG
import Testing

@testable import OutcropServer

@Suite struct SigningKeyTests {
    private let directory: TemporaryDirectory
    private var path: String { "\(directory.path)/signing.key" }

    init() throws { directory = try TemporaryDirectory() }

    /// RFC 4231 §4.2 would need a key of 20 bytes, so the expected value was made with Python:
    /// `hmac.new(bytes(range(32)), b"outcrop-link\nhello", "sha256").hexdigest()`.
    @Test func `signs with HMAC-SHA256 over purpose and message`() throws {
        let key = try SigningKey(bytes: Array(0..<32))
        #expect(key.signature(of: "hello", purpose: .link) == "a09783dba454f75fa356abe02bbb5f6fc9a670dcbcf098c06c0ad444fe05457d")
    }

    @Test func `a signature serves for its own purpose, message and spelling only`() throws {
        let key = try SigningKey(bytes: Array(repeating: 7, count: 32))
        let signature = key.signature(of: "message", purpose: .upload)
        #expect(key.isValid(signature, of: "message", purpose: .upload))
        #expect(!key.isValid(signature, of: "message", purpose: .link))
        #expect(!key.isValid(signature, of: "message ", purpose: .upload))
        #expect(!key.isValid(signature.uppercased(), of: "message", purpose: .upload))
        #expect(!key.isValid(String(signature.dropLast(2)), of: "message", purpose: .upload))
        #expect(!key.isValid("", of: "message", purpose: .upload))
        #expect(!key.isValid("zz", of: "message", purpose: .upload))
        #expect(!(try SigningKey(bytes: Array(repeating: 8, count: 32))).isValid(signature, of: "message", purpose: .upload))
    }

    @Test func `is made once, kept, and readable by us alone`() throws {
        let made = try SigningKey.loadOrCreate(path: path)
        let loaded = try SigningKey.loadOrCreate(path: path)
        #expect(made.signature(of: "x", purpose: .link) == loaded.signature(of: "x", purpose: .link))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(attributes[.size] as? Int == 32)
        #expect(directory.names == ["signing.key"], "no temporary file stays")
    }

    @Test func `many that start at once end with one key`() async throws {
        let path = path
        let signatures = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try SigningKey.loadOrCreate(path: path).signature(of: "x", purpose: .link) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(signatures.count == 1)
    }

    @Test(arguments: [0, 31, 33, 5_000])
    func `refuses a damaged file instead of replacing it`(byteCount: Int) throws {
        _ = try directory.file("signing.key", Array(repeating: 1, count: byteCount))
        let failure = try #require(throws: OutcropFailure.self) { try SigningKey.loadOrCreate(path: path) }
        #expect(failure.message.contains("damaged") && failure.message.contains(path))
    }

    @Test func `says where it could not write`() throws {
        let failure = try #require(throws: OutcropFailure.self) { try SigningKey.loadOrCreate(path: "/nonexistent/signing.key") }
        #expect(failure.message.contains("/nonexistent/signing.key"))
    }

    @Test func `does not print itself`() throws {
        let key = try SigningKey(bytes: Array(repeating: 65, count: 32))
        #expect("\(key)" == "SigningKey(…)")
    }
}
