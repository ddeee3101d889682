import Crypto
import FoundationEssentials
internal import RAG
import SQLite

/// Document vectors through the cache: a text the model has seen is not computed again, whichever document it stands in.
struct EmbeddingCache: Sendable {
    let store: Store
    let embedder: any Embedder
    let entriesMax: Int

    /// One vector for each text, in order; at most one batch for the model. Throws `EmbeddingFailure` when the model fails.
    func vectors(_ texts: [String]) async throws -> [[Float]] {
        let keys = texts.map(key)
        var known = try await lookUp(keys)
        var missing: [(key: [UInt8], text: String)] = []
        for (key, text) in zip(keys, texts) where known[key] == nil && !missing.contains(where: { $0.key == key }) {
            missing.append((key, text))
        }
        if !missing.isEmpty {
            let made = try await computed(missing.map(\.text))
            for (entry, vector) in zip(missing, made) { known[entry.key] = vector }
        }
        try await remember(keys: keys, made: missing.map(\.key), vectors: known)
        return keys.map { known[$0] ?? [] }
    }

    /// Only what the model does wrong is its failure: a full disk is told as such.
    private func computed(_ texts: [String]) async throws -> [[Float]] {
        do {
            return try await embedder.embed(texts, purpose: .document)
                .validated(count: texts.count, dimensions: embedder.dimensions)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw EmbeddingFailure(error)
        }
    }

    /// SHA-256 of model id, purpose and text.
    private func key(_ text: String) -> [UInt8] {
        Array(SHA256.hash(data: Data("\(embedder.id)\0document\0\(text)".utf8)))
    }

    private func lookUp(_ keys: [[UInt8]]) async throws -> [[UInt8]: [Float]] {
        let dimensions = embedder.dimensions
        return try await store.read { connection, _ in
            var found: [[UInt8]: [Float]] = [:]
            for key in Set(keys) {
                let vector = try connection.first("SELECT vector FROM embedding_cache WHERE key = ?", key) { $0.floats(0) }
                if let vector, vector.count == dimensions { found[key] = vector }
            }
            return found
        }
    }

    private func remember(keys: [[UInt8]], made: [[UInt8]], vectors: [[UInt8]: [Float]]) async throws {
        try await store.write(.repeatable) { [entriesMax] change in
            let connection = change.connection
            let use = (try connection.first("SELECT max(used) FROM embedding_cache") { $0.int64(0) } ?? 0) + 1
            for key in Set(keys) { try connection.execute("UPDATE embedding_cache SET used = ? WHERE key = ?", use, key) }
            for key in made {
                try connection.execute("INSERT OR REPLACE INTO embedding_cache VALUES (?, ?, ?)", key, vectors[key], use)
            }
            guard !made.isEmpty else { return }
            try Self.evict(connection, entriesMax: entriesMax)
        }
    }

    private static func evict(_ connection: Connection, entriesMax: Int) throws {
        let count = try connection.first("SELECT count(*) FROM embedding_cache") { $0.int(0) } ?? 0
        guard count > entriesMax else { return }
        // A tenth more goes, so that a full cache is not trimmed at every batch.
        try connection.execute(
            "DELETE FROM embedding_cache WHERE rowid IN (SELECT rowid FROM embedding_cache ORDER BY used LIMIT ?)",
            count - entriesMax + entriesMax / 10)
    }
}
