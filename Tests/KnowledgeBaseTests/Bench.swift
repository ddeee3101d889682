import Foundation
import KnowledgeBase
import Logging
import RAG
import Synchronization

/// A deterministic model: words hashed into 64 dimensions, so that texts sharing words are alike.
final class BagOfWords: Embedder {
    let id: String
    let dimensions = 64
    private let state = Mutex((texts: 0, isFailing: false))

    init(id: String = "bag-of-words") { self.id = id }

    /// Texts embedded as documents.
    var documentTextCount: Int { state.withLock { $0.texts } }
    func setFailing(_ isFailing: Bool) { state.withLock { $0.isFailing = isFailing } }

    func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        let isFailing = state.withLock { state in
            if purpose == .document { state.texts += texts.count }
            return state.isFailing
        }
        if isFailing { throw OutcropFailure(.unavailable, "The model is away.") }
        return texts.map(vector)
    }

    func tokenCount(_ text: String) -> Int { text.split(separator: " ").count + 2 }

    private func vector(_ text: String) -> [Float] {
        var sums = [Float](repeating: 0, count: dimensions)
        for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            sums[Int(hash % 64)] += (hash >> 32) % 2 == 0 ? 1 : -1
        }
        let length = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length == 0 ? sums : sums.map { $0 / length }
    }
}

/// Holds back what it is asked to embed as documents until its gate opens.
final class GatedModel: Embedder {
    let id = "bag-of-words"
    let dimensions = 64
    private let model = BagOfWords()
    private let gate: Gate

    init(_ gate: Gate) { self.gate = gate }

    var documentTextCount: Int { model.documentTextCount }

    func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        if purpose == .document { try await gate.pass() }
        return try await model.embed(texts, purpose: purpose)
    }

    func tokenCount(_ text: String) -> Int { model.tokenCount(text) }
}

/// Opens for good when so many calls wait together, when it is told to, or when one that waits is cancelled.
actor Gate {
    private let countToOpen: Int
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var arrivals: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    init(opensAt count: Int) { countToOpen = count }

    func pass() async throws {
        if !isOpen {
            await withTaskCancellationHandler {
                await withCheckedContinuation(wait)
            } onCancel: {
                Task { await self.open() }
            }
        }
        try Task.checkCancellation()
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    /// Returns when `count` calls wait.
    func arrived(_ count: Int) async {
        if waiting.count >= count { return }
        await withCheckedContinuation { arrivals.append((count, $0)) }
    }

    private func wait(_ continuation: CheckedContinuation<Void, Never>) {
        waiting.append(continuation)
        for arrival in arrivals where waiting.count >= arrival.count { arrival.continuation.resume() }
        arrivals.removeAll { waiting.count >= $0.count }
        if isOpen || waiting.count == countToOpen { open() }
    }
}

/// A documents folder and a data folder of their own, removed with the test.
final class Bench: Sendable {
    let root: String
    let documents: String
    let data: String

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("outcrop-\(UUID().uuidString)").path
        documents = root + "/documents"
        data = root + "/data"
        try FileManager.default.createDirectory(atPath: documents, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: documents + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: documents + "/" + name) }

    func configuration(_ change: (inout KnowledgeBase.Configuration) -> Void = { _ in }) -> KnowledgeBase.Configuration {
        var configuration = KnowledgeBase.Configuration(dataDirectory: data, documentsDirectory: documents)
        change(&configuration)
        return configuration
    }

    func open(
        _ embedder: (any Embedder)? = BagOfWords(), _ change: (inout KnowledgeBase.Configuration) -> Void = { _ in }
    ) async throws -> KnowledgeBase {
        try await KnowledgeBase(
            configuration(change), embedder: embedder, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func upload(
        _ name: String, _ text: String, metadata: [String: JSONValue] = [:], to base: KnowledgeBase
    ) async throws -> DocumentRecord {
        let path = base.incomingDirectory + "/" + UUID().uuidString
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return try await base.adoptUpload(temporaryPath: path, filename: name, contentType: "text/plain", metadata: metadata)
    }
}

extension KnowledgeBase {
    /// One sync from start to end.
    @discardableResult
    func synced(rebuild: Bool = false) async throws -> SyncJob { try await waitForSync(try await startSync(rebuild: rebuild).id) }

    func find(_ texts: String..., topK: Int = 5, minScore: Double? = nil, filter: MetadataFilter? = nil) async throws -> [Passage]
    {
        try await retrieve(RetrievalQuery(texts: texts, topK: topK, minScore: minScore, filter: filter))
    }

    func names(_ text: String, topK: Int = 5) async throws -> [String] { try await find(text, topK: topK).map(\.filename) }

    func documentNames() async throws -> [String] {
        try await documents(limit: 1_000, after: nil).documents.map(\.filename).sorted()
    }
}
