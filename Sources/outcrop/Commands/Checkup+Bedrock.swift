import AWS
import AWSAdapters
import Logging
import RAG

/// One cheap signed call for each part of Amazon Bedrock that the settings name.
extension Checkup {
    func bedrockChecks() async -> [Check] {
        guard settings.usesBedrock else { return [] }
        let parts: BedrockParts
        do {
            parts = try BedrockParts(settings, logger: Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() })
        } catch {
            return [Check(name: "bedrock", verdict: .failed, finding: Self.words(error))]
        }
        var checks = [await access(parts)]
        if settings.model != Settings.extractiveModel { checks.append(await answer(settings.model, "model", parts)) }
        if let small = settings.smallModel { checks.append(await answer(small, "small model", parts)) }
        if case .bedrock = settings.embeddings { checks.append(await embeddings(parts)) }
        if let retriever = parts.retriever { checks.append(signing(await passages(retriever), parts)) }
        if let reranker = parts.reranker { checks.append(signing(await order(reranker), parts)) }
        await parts.transport.shutdown()
        return checks
    }

    private func access(_ parts: BedrockParts) async -> Check {
        if parts.hasBearerToken {
            return Check(name: "aws", verdict: .passed, finding: "region \(parts.region), a bearer token for models")
        }
        return await check("aws") {
            let credentials = try await parts.credentials.credentials()
            return "region \(parts.region), \(credentials)"
        }
    }

    /// One token, the cheapest answer there is.
    private func answer(_ model: String, _ name: String, _ parts: BedrockParts) async -> Check {
        await check(name) {
            let request = ConverseRequest(
                messages: [ConverseMessage(role: .user, content: [.text("Hi")])],
                inferenceConfig: InferenceConfiguration(maxTokens: 1))
            _ = try await parts.runtime.converse(request, modelID: model)
            return "\(model) answers"
        }
    }

    private func embeddings(_ parts: BedrockParts) async -> Check {
        await check("embeddings") {
            guard let embedder = try parts.embedder else { return "none" }
            _ = try await embedder.embed(["a question"], purpose: .query)
            return "\(embedder.id), \(embedder.dimensions) dimensions"
        }
    }

    /// `check` of a part that takes no bearer token.
    private func signing(_ check: Check, _ parts: BedrockParts) -> Check {
        guard parts.hasBearerToken, check.verdict == .failed else { return check }
        var check = check
        check.finding += " The bearer token is for models only: Knowledge Bases and reranking take a signature."
        return check
    }

    private func passages(_ retriever: BedrockKnowledgeBaseRetriever) async -> Check {
        await check("knowledge base") {
            let found = try await retriever.retrieve(RetrievalQuery(texts: ["test"], topK: 1))
            return found.isEmpty ? "answers, but finds nothing for the word 'test'" : "answers"
        }
    }

    private func order(_ reranker: BedrockReranker) async -> Check {
        await check("reranker") {
            let passage = Passage(
                chunkID: 0, documentID: "doctor", filename: "doctor", page: nil, headings: [], text: "A test.", range: 0..<7,
                score: 0)
            _ = try await reranker.rerank([passage], for: "test", topK: 1)
            return "answers"
        }
    }

    /// A part that says nothing for so long is not waited for; less where the model's first byte has less.
    private static let secondsMax = 10.0

    private func check(_ name: String, _ body: @escaping @Sendable () async throws -> String) async -> Check {
        do {
            return Check(name: name, verdict: .passed, finding: try await inTime(body))
        } catch let error as AWSError {
            return Check(name: name, verdict: .failed, finding: error.finding)
        } catch {
            return Check(name: name, verdict: .failed, finding: Self.words(error))
        }
    }

    private func inTime(_ body: @escaping @Sendable () async throws -> String) async throws -> String {
        let seconds = min(Self.secondsMax, settings.limits.modelFirstByteSeconds)
        return try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask(operation: body)
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw SettingsError(
                    "no answer within \(seconds) s. Try again; if it stays so, check AWS_ENDPOINT_URL, https_proxy and the firewall."
                )
            }
            defer { group.cancelAll() }
            return try await group.next() ?? ""
        }
    }
}
