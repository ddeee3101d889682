import Documents
import FoundationEssentials
import HTTP
import KnowledgeBase
import LocalModels
import Logging
import RAG

/// What `outcrop doctor` looks at. Each check says what it found and, when that is bad, what to do.
struct Checkup {
    enum Verdict: String { case passed = "ok", warned = "warning", failed = "FAILED" }

    struct Check {
        var name: String
        var verdict: Verdict
        var finding: String

        var line: String { "\(verdict.rawValue)  \(name): \(finding)" }
    }

    let settings: Settings

    init(_ settings: Settings) { self.settings = settings }

    func all() async -> [Check] {
        var checks = [
            tool("pdftotext", package: "poppler-utils"), tool("prlimit", package: "util-linux"), await model(), documents(),
        ]
        checks += await bedrockChecks()
        checks.append(await database())
        checks.append(port())
        checks.append(access())
        return checks
    }

    private func tool(_ name: String, package: String) -> Check {
        let path = ["/usr/bin/", "/usr/local/bin/", "/bin/"].map { $0 + name }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        if let path { return Check(name: name, verdict: .passed, finding: path) }
        return Check(name: name, verdict: .warned, finding: "not found, so PDF files cannot be read; apt-get install \(package)")
    }

    private func model() async -> Check {
        do {
            if case .bedrock(let model) = settings.embeddings {
                return Check(name: "local model", verdict: .passed, finding: "not needed: vectors come from \(model)")
            }
            let (embedder, notes) = try EmbeddingModel.load(settings, nil)
            guard let embedder else { return Check(name: "local model", verdict: .warned, finding: notes.joined(separator: " ")) }
            _ = try await embedder.embed(["a question"], purpose: .query)
            return Check(name: "local model", verdict: .passed, finding: "\(embedder.id), \(embedder.dimensions) dimensions")
        } catch {
            return Check(name: "local model", verdict: .failed, finding: Self.words(error))
        }
    }

    private func documents() -> Check {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: settings.documents, isDirectory: &isDirectory), isDirectory else {
            return Check(
                name: "documents", verdict: .warned,
                finding: "no folder at \(settings.documents); make it or set OUTCROP_DOCUMENTS (uploads work without it)")
        }
        guard FileManager.default.isReadableFile(atPath: settings.documents) else {
            return Check(name: "documents", verdict: .failed, finding: "\(settings.documents) cannot be read by this user")
        }
        return Check(name: "documents", verdict: .passed, finding: settings.documents)
    }

    private func database() async -> Check {
        guard FileManager.default.fileExists(atPath: settings.data) else {
            return Check(name: "database", verdict: .passed, finding: "\(settings.data) will be made by the first sync")
        }
        do {
            let parts = try await Parts(
                settings, logger: Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }, access: .reader)
            let status = parts.knowledgeBase.status
            await parts.knowledgeBase.close()
            let counts = "\(status.indexedCount) documents, \(status.chunkCount) passages, \(status.failedCount) failed"
            return Check(name: "database", verdict: .passed, finding: "generation \(status.generation), \(counts)")
        } catch {
            return Check(name: "database", verdict: .failed, finding: Self.words(error))
        }
    }

    private func port() -> Check {
        do {
            var configuration = Server.Configuration { _, message in ("text/plain", Array(message.utf8)) }
            configuration.host = settings.host
            configuration.port = settings.port
            let server = try Server(configuration, logger: Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }) { _ in
                ServerResponse(status: .ok)
            }
            server.shutdown()
            return Check(name: "port", verdict: .passed, finding: "\(settings.host):\(settings.port) is free")
        } catch {
            return Check(name: "port", verdict: .warned, finding: Self.words(error))
        }
    }

    private func access() -> Check {
        do {
            try settings.checkAccess()
            return Check(
                name: "access", verdict: .passed,
                finding: settings.apiKeys.isEmpty ? "open on \(settings.host)" : "API keys required")
        } catch {
            return Check(name: "access", verdict: .failed, finding: Self.words(error))
        }
    }

    static func words(_ error: any Error) -> String {
        (error as? OutcropFailure).map { $0.finding ?? $0.message } ?? (error as? SettingsError)?.description ?? "\(error)"
    }
}
