internal import Documents
internal import RAG

/// One candidate read, cut and embedded: all that is needed to write it.
struct Intake: Sendable {
    var preparation: Preparation
    /// Of extracted text; otherwise none.
    var chunks: [Chunker.Chunk] = []
    /// One for each chunk, or, where the content is the same, for those that stand without; nil when none are to be written.
    var vectors: [[Float]]?
    /// The model gave no vectors; there are none then.
    var embeddingFailure: EmbeddingFailure?
}

/// Reads candidates up to the point of writing them. Several may be read at once.
struct IntakeReader: Sendable {
    private let preparer: Preparer
    private let configuration: KnowledgeBase.Configuration
    private let store: Store
    private let cache: EmbeddingCache?
    private let sync: SyncCoordinator
    private let chunkQueue = WorkQueue(label: "outcrop.knowledge.chunk", width: 1)

    init(_ run: SyncRun) {
        configuration = run.configuration
        store = run.store
        cache = run.cache
        sync = run.sync
        preparer = Preparer(
            extractor: configuration.extractor, fileQueue: run.fileQueue, metadataBytesMax: configuration.metadataBytesMax,
            pipeline: run.pipeline)
    }

    func read(_ candidate: SyncPlan.Candidate) async throws -> Intake {
        var intake = Intake(preparation: try await preparer.prepare(candidate))
        do {
            switch intake.preparation.content {
            case .vanished, .failed: break
            case .same: intake.vectors = try await missingVectors(of: candidate.entry)
            case .extracted(let document): try await cut(document, into: &intake)
            }
        } catch let failure as EmbeddingFailure {
            intake.embeddingFailure = failure
        }
        return intake
    }

    private func cut(_ document: ExtractedDocument, into intake: inout Intake) async throws {
        // Invisible characters alone cannot be found or quoted, and remote models refuse them.
        let chunks = try await chunkQueue.run { [chunker = configuration.chunker] in
            chunker.chunks(of: document).filter { !$0.text.isBlank }
        }
        guard chunks.count <= configuration.chunksPerDocumentMax else {
            let reason =
                "The document has \(chunks.count) passages; at most \(configuration.chunksPerDocumentMax) are taken. Split it, or raise OUTCROP_LIMIT_CHUNKS_PER_DOCUMENT."
            intake.preparation.content = .failed(reason: reason, isTransient: false)
            return
        }
        guard !chunks.isEmpty else {
            intake.preparation.content = .failed(reason: "There is no text in this file.", isTransient: false)
            return
        }
        intake.chunks = chunks
        intake.vectors = try await embed(chunks.count) { chunks[$0].map(\.text) }
    }

    /// Those that a run without the model left out.
    private func missingVectors(of entry: CatalogueEntry?) async throws -> [[Float]]? {
        guard let entry, cache != nil, !entry.isEmbedded, entry.chunkCount > 0 else { return nil }
        return try await embed(entry.chunkCount) { batch in
            try await store.read { connection, _ in
                var stored = StoredText(connection, document: entry.row)
                return try connection.rows(
                    "SELECT start, end FROM chunks WHERE id >= ? AND id < ? ORDER BY id",
                    entry.firstChunk + Int64(batch.lowerBound),
                    entry.firstChunk + Int64(batch.upperBound)
                ) { try $0.range(0, 1) }.map { try stored.text($0) ?? "" }
            }
        }
    }

    /// Vectors in batches; nil without a model.
    private func embed(_ count: Int, texts: (Range<Int>) async throws -> [String]) async throws -> [[Float]]? {
        guard let cache else {
            sync.update { $0.progress.chunksDone += count }
            return nil
        }
        var vectors: [[Float]] = []
        vectors.reserveCapacity(count)
        while vectors.count < count {
            try Task.checkCancellation()
            let batch = try await texts(vectors.count..<min(vectors.count + max(1, configuration.embeddingBatchSize), count))
            vectors += try await cache.vectors(batch)
            sync.update { $0.progress.chunksDone += batch.count }
        }
        return vectors
    }
}

/// Which of a list of documents may be read now, in order: at most `countMax` at once, of together `byteCountMax` on the disk;
/// two always, however large, so that one is read while the other is embedded.
struct IntakeWindow {
    private let byteCounts: [Int]
    private let countMax: Int
    private let byteCountMax: Int
    private var next = 0
    private var inFlight = 0
    private var bytesInFlight = 0

    init(byteCounts: [Int], countMax: Int, byteCountMax: Int) {
        // One as large as the whole window leaves no room beside it, however large it is.
        self.byteCounts = byteCounts.map { min($0, byteCountMax) }
        self.countMax = max(2, countMax)
        self.byteCountMax = byteCountMax
    }

    /// The next document, which is in flight from now on; nil when it has to wait, or there is none.
    mutating func admit() -> Int? {
        guard next < byteCounts.count, inFlight < countMax else { return nil }
        guard inFlight < 2 || bytesInFlight + byteCounts[next] <= byteCountMax else { return nil }
        defer { next += 1 }
        inFlight += 1
        bytesInFlight += byteCounts[next]
        return next
    }

    /// The document is written and its memory free.
    mutating func release(_ number: Int) {
        inFlight -= 1
        bytesInFlight -= byteCounts[number]
    }
}
