import ArgumentParser
import FoundationEssentials
import HTTP
import KnowledgeBase
import LocalModels
import Logging
import OutcropServer
import RAG

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves the OpenAI API over the documents.",
        discussion: """
            Ask with any OpenAI client at http://HOST:PORT/v1. The folder is followed; uploads go to POST /v1/documents.
            Limits, each settable as OUTCROP_LIMIT_<NAME> or --limit name=value:
            \(Limits.table.map { "\($0.name) = \(Limits.show($0.get(Limits()))) (\($0.meaning))" }.joined(separator: "\n"))
            """)

    @OptionGroup var server: ServerFlags
    @OptionGroup var flags: KnowledgeFlags

    func run() async throws {
        let settings = try CommandRun.settings(flags, server: server.values)
        try await CommandRun.reporting {
            try settings.checkAccess()
            let parts = try await Parts(settings, logger: CommandRun.logger(settings), access: .writer)
            try await parts.serve()
        }
    }
}

extension Parts {
    /// Serves until SIGTERM or SIGINT, following the documents folder meanwhile.
    func serve() async throws {
        let server = try Application(
            settings: settings.serverSettings(), knowledgeBase: knowledgeBase, embedder: embedder, assistant: assistant(),
            generators: [extractive], providers: bedrock?.modelProvider.map { [$0] } ?? [], notes: notes, logger: logger
        ).makeServer()
        let signals = try TerminationSignals { _ in server.shutdown() }
        defer { signals.cancel() }
        logger.notice(
            "outcrop \(Build.version) listens on http://\(Self.shown(settings.host)):\(server.port) for documents in \(settings.documents)"
        )
        let following = Task { if settings.retriever == .local { await follow() } }
        let warming = Task { await warmUp() }
        try await server.run()
        for task in [following, warming] { task.cancel() }
        await knowledgeBase.close()
        await bedrock?.transport.shutdown()
        logger.notice("outcrop has stopped")
    }

    /// What the first client should not wait for: the examples of the local classifier, libcurl and AWS's credentials.
    private func warmUp() async {
        if let bedrock {
            try? await bedrock.transport.warmUp()
            _ = try? await bedrock.credentials.credentials()
        }
        if intent is LocalIntentClassifier {
            _ = try? await intent.classify([Message(role: .user, text: "What do you think of it?")])
        }
    }

    /// Syncs now and then every interval; a failed sync is logged and tried again next time.
    private func follow() async {
        repeat {
            do {
                let job = try await sync()
                if job.added + job.updated + job.deleted + job.failed > 0 || job.error != nil {
                    logger.notice("\(SyncSummary.text(job, knowledgeBase.status))")
                }
            } catch is CancellationError {
                return
            } catch {
                logger.error("the sync could not start", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(settings.syncIntervalSeconds))
        } while settings.syncIntervalSeconds > 0 && !Task.isCancelled
    }

    private static func shown(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
