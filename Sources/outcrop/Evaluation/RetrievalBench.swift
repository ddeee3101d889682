import Documents
import FoundationEssentials
import KnowledgeBase
import Logging
import RAG

/// Runs a question set through the real pipeline, by words, by vectors and fused.
struct RetrievalBench {
    let settings: Settings
    let logger: Logger
    let cache: String

    func run(_ set: QuestionSet) async throws -> [(search: String, RankingScores)] {
        let folder = cache + "/" + set.name.filter { $0.isLetter || $0.isNumber }
        let parts = try await indexed(set, in: folder)
        let total = try await RelevantChunks(set, documents: folder + "/documents")
        await parts.knowledgeBase.close()
        var searches: [(String, Double, Double)] = [("words", 1, 0)]
        if parts.embedder != nil {
            let weights = parts.configuration
            searches += [("vectors", 0, 1), ("hybrid", weights.ftsWeight, weights.vectorWeight)]
        }
        var results: [(String, RankingScores)] = []
        for (name, words, vectors) in searches {
            let reader = try await Parts(parts.settings, logger: logger, access: .reader) {
                $0.ftsWeight = words
                $0.vectorWeight = vectors
            }
            results.append((name, try await score(set, total, reader.knowledgeBase)))
            await reader.knowledgeBase.close()
        }
        return results
    }

    /// The set's documents as files, synced.
    private func indexed(_ set: QuestionSet, in folder: String) async throws -> Parts {
        let documents = folder + "/documents"
        try FileManager.default.createDirectory(atPath: documents, withIntermediateDirectories: true)
        for document in set.documents where !FileManager.default.fileExists(atPath: "\(documents)/\(document.filename)") {
            try Data(document.text.utf8).write(to: URL(filePath: "\(documents)/\(document.filename)"), options: .atomic)
        }
        var settings = settings
        settings.documents = documents
        settings.data = folder + "/data"
        settings.chunkSize = set.chunkSize
        settings.chunkOverlap = set.chunkOverlap
        settings.minScore = 0
        let parts = try await Parts(settings, logger: logger, access: .writer)
        let job = try await parts.sync()
        if job.status != .completed || job.failed > 0 { logger.warning("\(SyncSummary.text(job, parts.knowledgeBase.status))") }
        return parts
    }

    private func score(_ set: QuestionSet, _ total: RelevantChunks, _ knowledgeBase: KnowledgeBase) async throws -> RankingScores
    {
        var scores = RankingScores()
        for question in set.questions {
            let passages = try await knowledgeBase.retrieve(RetrievalQuery(texts: [question.text], topK: 10, minScore: 0))
            let isRelevant = passages.map { RelevantChunks.isRelevant($0.filename, $0.range, question) }
            scores.add(isRelevant: isRelevant, relevantCount: total.count(question))
        }
        return scores
    }
}

/// Which passages of the set answer a question: those that overlap one of its spans.
struct RelevantChunks {
    private var ranges: [String: [Range<Int>]] = [:]

    /// Chunks the files as the sync did; sets whose documents are relevant as a whole need none.
    init(_ set: QuestionSet, documents folder: String) async throws {
        let chunker = Chunker(size: set.chunkSize, overlap: set.chunkOverlap)
        let names = Set(set.questions.flatMap { $0.relevant.compactMap { $0.value == nil ? nil : $0.key } })
        for name in names.sorted() {
            let text = try await TextExtractor().extract(path: "\(folder)/\(name)", filename: name)
            ranges[name] = chunker.chunks(of: text).map(\.range)
        }
    }

    func count(_ question: QuestionSet.Question) -> Int {
        question.relevant.reduce(0) { sum, entry in
            guard entry.value != nil else { return sum + 1 }
            return sum + (ranges[entry.key] ?? []).count { Self.isRelevant(entry.key, $0, question) }
        }
    }

    static func isRelevant(_ filename: String, _ range: Range<Int>, _ question: QuestionSet.Question) -> Bool {
        guard let spans = question.relevant[filename] else { return false }
        return spans?.contains { $0.overlaps(range) } ?? true
    }
}
