internal import RAG
import SQLite
import Synchronization

/// The chunks whose documents pass a filter: ranges of ids, because a document's chunks are consecutive.
struct AllowedChunks: Hashable, Sendable {
    /// In order, not overlapping.
    private let ranges: [Range<Int64>]

    init(ranges: [Range<Int64>]) { self.ranges = ranges.filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound } }

    /// Decoded metadata kept while one filter is worked out: documents often share theirs.
    private static let metadataKeptMax = 1_024

    /// Reads every document's attributes once.
    init(_ filter: MetadataFilter, _ connection: Connection) throws {
        var ranges: [Range<Int64>] = []
        var decoded: [String: [String: JSONValue]] = [:]
        try connection.forEach(
            "SELECT first_chunk, chunk_count, metadata, id, filename, source FROM documents WHERE chunk_count > 0"
        ) { row in
            let text = row.string(2)
            var attributes = try decoded[text] ?? MetadataText.metadata(text)
            if decoded.count < Self.metadataKeptMax { decoded[text] = attributes }
            // Ours win over metadata of the same name, so that a document cannot pass for another.
            attributes["document_id"] = .string(row.string(3))
            attributes["filename"] = .string(row.string(4))
            attributes["source"] = .string(row.string(5))
            if filter.matches(attributes) { ranges.append(try row.range(first: 0, count: 1)) }
        }
        self.init(ranges: ranges)
    }

    func contains(_ id: Int64) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= id { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(id)
    }
}

/// Remembers what the last filters let in, for one generation.
final class FilterCache: Sendable {
    static let entriesMax = 16

    private struct State {
        var generation = -1
        var entries: [MetadataFilter: AllowedChunks] = [:]
    }

    private let state = Mutex(State())

    func allowed(_ filter: MetadataFilter, generation: Int, _ connection: Connection) throws -> AllowedChunks {
        if let known = state.withLock({ $0.generation == generation ? $0.entries[filter] : nil }) { return known }
        let made = try AllowedChunks(filter, connection)
        state.withLock { state in
            if state.generation < generation || state.entries.count >= Self.entriesMax {
                state.entries = [:]
                state.generation = max(state.generation, generation)
            }
            if state.generation == generation { state.entries[filter] = made }
        }
        return made
    }
}
