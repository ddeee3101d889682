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
        if let embedder = try? parts.embedder { checks.append(await embeddings(embedder)) }
        if let retriever = parts.retriever { checks.append(await passages(retriever)) }
        if let reranker = parts.reranker { checks.append(await order(reranker)) }
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

    private func embeddings(_ embedder: BedrockEmbedder) async -> Check {
        await check("embeddings") {
            _ = try await embedder.embed(["a question"], purpose: .query)
            return "\(embedder.id), \(embedder.dimensions) dimensions"
        }
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
                chunkID: 0, documentID: "doctor", filename: "doctor", page: nil, headings: [], text: "A test.", range: 0..<7, score: 0)
            _ = try await reranker.rerank([passage], for: "test", topK: 1)
            return "answers"
        }
    }

    private func check(_ name: String, _ body: () async throws -> String) async -> Check {
        do {
            return Check(name: name, verdict: .passed, finding: try await body())
        } catch let error as AWSError {
            return Check(name: name, verdict: .failed, finding: "\(OutcropFailure(error).message) [\(error.operation)]")
        } catch {
            return Check(name: name, verdict: .failed, finding: Self.words(error))
        }
    }
}
