import ArgumentParser
import RAG

struct Ask: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers one question on the terminal, with its sources.",
        discussion: "Uses the index as it stands; 'outcrop sync' or a running server keeps it in step.")

    @OptionGroup var flags: KnowledgeFlags
    @Argument(help: "The question.") var question: [String]

    func run() async throws {
        let settings = try CommandRun.settings(flags)
        try await CommandRun.reporting {
            let parts = try await Parts(settings, logger: CommandRun.logger(settings), access: .reader)
            let request = AnswerRequest(messages: [Message(role: .user, text: question.joined(separator: " "))])
            let generator = try await parts.generator()
            var hasText = false
            do {
                for try await event in try parts.assistant().answer(request, with: generator) {
                    Self.show(event)
                    if case .text = event { hasText = true }
                }
            } catch {
                if hasText { StandardOutput.write("\n") }
                throw error
            }
            await parts.knowledgeBase.close()
        }
    }

    private static func show(_ event: AnswerEvent) {
        switch event {
        case .text(let text): StandardOutput.write(text.pieces.joined())
        case .citations(let citations):
            StandardOutput.write("\n" + citations.map { "\n" + source($0) }.joined())
        case .grounded, .started: break
        case .finished: StandardOutput.write("\n")
        }
    }

    static func source(_ citation: Citation) -> String {
        let page = citation.page.map { ", page \($0)" } ?? ""
        return "[\(citation.number)] \(citation.filename)\(page)"
    }
}
