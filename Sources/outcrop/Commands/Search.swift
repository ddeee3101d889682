import ArgumentParser
import RAG

struct Search: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows the passages that a question finds, with their scores.")

    @OptionGroup var flags: KnowledgeFlags
    @Argument(help: "The question.") var question: [String]

    func run() async throws {
        let settings = try CommandRun.settings(flags)
        try await CommandRun.reporting {
            let parts = try await Parts(settings, logger: CommandRun.logger(settings), access: .reader)
            let query = RetrievalQuery(texts: [question.joined(separator: " ")], topK: settings.topK)
            let (passages, note) = try await parts.assistant().search(query)
            if let note { StandardError.write("outcrop: \(note)\n") }
            for (number, passage) in passages.enumerated() { StandardOutput.write(Self.text(number + 1, passage) + "\n") }
            if passages.isEmpty {
                StandardOutput.write(
                    "Nothing relevant was found. 'outcrop sync' reads new documents; --min-score 0 shows weaker passages.\n")
            }
            await parts.knowledgeBase.close()
        }
    }

    static func text(_ number: Int, _ passage: Passage) -> String {
        let place = [passage.filename, passage.page.map { "page \($0)" }].compactMap { $0 }.joined(separator: ", ")
        let headings = passage.headings.isEmpty ? "" : "  " + passage.headings.joined(separator: " > ")
        let score = (passage.score * 1_000).rounded() / 1_000
        return "[\(number)] \(score)  \(place)\(headings)\n\(passage.text.trimmed)\n"
    }
}
