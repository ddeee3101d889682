import ArgumentParser
import FoundationEssentials
import Logging

struct Eval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures retrieval on labelled question sets: recall@5 and nDCG@10.",
        discussion: """
            FOLDER holds scifact/ (corpus.jsonl, queries.jsonl, qrels.tsv, as in BEIR) and/or chunking_evaluation/ (corpora/*.md, \
            questions.csv with character spans). Everything goes through the real pipeline: files, sync, index, search.
            """)

    @OptionGroup var flags: KnowledgeFlags
    @Option(help: "Where the indexes are kept between runs.") var cache = "./.cache/eval"
    @Option(help: "Passage sizes for chunking_evaluation.") var sizes = "400,800"
    @Argument(help: "Folder with the question sets.") var folder: String

    func run() async throws {
        let settings = try CommandRun.settings(flags)
        try await CommandRun.reporting {
            let sets = try readableSets()
            let bench = RetrievalBench(settings: settings, logger: CommandRun.logger(settings), cache: cache)
            StandardOutput.write("set                             search     recall@5  nDCG@10\n")
            for set in sets {
                for (name, scores) in try await bench.run(set) { StandardOutput.write(Self.row(set.name, name, scores) + "\n") }
            }
        }
    }

    private func readableSets() throws -> [QuestionSet] {
        do {
            return try questionSets()
        } catch let error as CocoaError {
            throw SettingsError("\(error.filePath ?? folder) cannot be read; 'outcrop eval --help' says what the folder holds.")
        }
    }

    private func questionSets() throws -> [QuestionSet] {
        var sets: [QuestionSet] = []
        if FileManager.default.fileExists(atPath: folder + "/scifact") { sets.append(try SciFact.load(folder + "/scifact")) }
        if FileManager.default.fileExists(atPath: folder + "/chunking_evaluation") {
            sets += try sizes.split(separator: ",").map {
                guard let size = Int($0), (100...100_000).contains(size) else {
                    throw SettingsError("--sizes is '\(sizes)' but must be whole numbers from 100 to 100000, such as 400,800.")
                }
                return try ChunkingEvaluation.load(folder + "/chunking_evaluation", chunkSize: size)
            }
        }
        guard !sets.isEmpty else { throw SettingsError("\(folder) holds neither scifact/ nor chunking_evaluation/.") }
        return sets
    }

    private static func row(_ set: String, _ search: String, _ scores: RankingScores) -> String {
        func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
        return padded(set, 32) + padded(search, 11) + padded(scores.recallShown, 10) + scores.gainShown
    }
}
