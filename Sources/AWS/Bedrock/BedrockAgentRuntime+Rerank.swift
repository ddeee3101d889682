extension BedrockAgentRuntime {
    /// Sources of one call and results of one answer.
    package static let rerankSourcesMax = 1_000

    /// `POST /rerank`: at most 1,000 sources of at most 32,000 characters each; the service refuses more. The best come first.
    package func rerank(_ query: String, sources: [String], modelARN: String, resultsMax: Int) async throws -> [RerankResult] {
        guard !sources.isEmpty, resultsMax > 0 else { return [] }
        struct Answer: Decodable {
            var results: [RerankResult]
            var nextToken: String?
        }
        let call = { (token: String?) in
            ServiceCall(.bedrockAgentRuntime, "Rerank", path: "/rerank") { json in
                json.field("nextToken", token)
                json.key("queries")
                json.array([query]) { query, json in
                    json.object { json in
                        json.field("textQuery", object: { $0.field("text", query) })
                        json.field("type", "TEXT")
                    }
                }
                json.rerankingConfiguration(modelARN: modelARN, resultsMax: min(resultsMax, sources.count))
                json.rerankSources(sources)
            }
        }
        let results = try await Pages.collect(of: call(nil).name) { token in
            let answer = try await client.answer(Answer.self, to: call(token))
            return (answer.results, answer.nextToken)
        }
        guard results.allSatisfy({ sources.indices.contains($0.index) }) else {
            throw AWSError(.malformedResponse, operation: call(nil).name, message: "a result that is none of the sources")
        }
        return results
    }
}

extension JSONByteWriter {
    fileprivate mutating func rerankingConfiguration(modelARN: String, resultsMax: Int) {
        field(
            "rerankingConfiguration",
            object: { json in
                json.field(
                    "bedrockRerankingConfiguration",
                    object: { json in
                        json.field("modelConfiguration", object: { $0.field("modelArn", modelARN) })
                        json.field("numberOfResults", resultsMax)
                    })
                json.field("type", "BEDROCK_RERANKING_MODEL")
            })
    }

    fileprivate mutating func rerankSources(_ sources: [String]) {
        key("sources")
        array(sources) { text, json in
            json.object { json in
                json.field(
                    "inlineDocumentSource",
                    object: { json in
                        json.field("textDocument", object: { $0.field("text", text) })
                        json.field("type", "TEXT")
                    })
                json.field("type", "INLINE")
            }
        }
    }
}

/// Where a source stands after reranking.
package struct RerankResult: Hashable, Sendable, Decodable {
    /// Into `sources`.
    package var index: Int
    /// 0–1.
    package var relevanceScore: Double

    package init(index: Int, relevanceScore: Double) {
        self.index = index
        self.relevanceScore = relevanceScore
    }
}
