extension BedrockAgentRuntime {
    /// Of one answer (`numberOfResults` in the service model).
    package static let retrieveResultsMax = 100

    /// `POST /knowledgebases/{id}/retrieve`. `filter` is a RetrievalFilter as the service model has it. `resultsMax` is brought into
    /// 1…100. Results without text, such as images, are left out.
    package func retrieve(
        _ query: String, knowledgeBaseID: String, resultsMax: Int, filter: JSONDocument? = nil
    ) async throws -> [KnowledgeBaseResult] {
        struct Answer: Decodable {
            var retrievalResults: [KnowledgeBaseResult.Wire]
        }
        let call = ServiceCall(
            .bedrockAgentRuntime, "Retrieve", path: "/knowledgebases/\(PercentEncoding.segment(knowledgeBaseID))/retrieve"
        ) { json in
            json.field(
                "retrievalConfiguration",
                object: { json in
                    json.field(
                        "vectorSearchConfiguration",
                        object: { json in
                            json.field("filter", filter)
                            json.field("numberOfResults", min(max(resultsMax, 1), Self.retrieveResultsMax))
                        })
                })
            json.field("retrievalQuery", object: { $0.field("text", query) })
        }
        return try await client.answer(Answer.self, to: call).retrievalResults.compactMap(\.result)
    }
}

/// A passage that a knowledge base found.
package struct KnowledgeBaseResult: Hashable, Sendable {
    /// The chunk as indexed; a table's row as `name: value` lines; what was said or seen in a recording.
    package var text: String
    /// Where the document is, such as `s3://bucket/key`.
    package var uri: String?
    /// Grows with relevance; its range depends on the vector store.
    package var score: Double?
    package var metadata: [String: JSONDocument]

    package init(text: String, uri: String?, score: Double?, metadata: [String: JSONDocument]) {
        self.text = text
        self.uri = uri
        self.score = score
        self.metadata = metadata
    }

    /// `KnowledgeBaseRetrievalResult` in the service model.
    fileprivate struct Wire: Decodable {
        struct Content: Decodable {
            struct Column: Decodable {
                var columnName: String?
                var columnValue: String?
            }
            struct Audio: Decodable {
                var transcription: String?
            }
            struct Video: Decodable {
                var summary: String?
            }
            var text: String?
            var row: [Column]?
            var audio: Audio?
            var video: Video?
        }

        struct Location: Decodable {
            struct Place: Decodable {
                var uri: String?
                var url: String?
                var id: String?
            }
            var s3Location: Place?
            var webLocation: Place?
            var confluenceLocation: Place?
            var salesforceLocation: Place?
            var sharePointLocation: Place?
            var kendraDocumentLocation: Place?
            var customDocumentLocation: Place?

            var uri: String? {
                let place =
                    s3Location ?? webLocation ?? confluenceLocation ?? salesforceLocation ?? sharePointLocation
                    ?? kendraDocumentLocation ?? customDocumentLocation
                return place?.uri ?? place?.url ?? place?.id
            }
        }

        var content: Content
        var location: Location?
        var score: Double?
        var metadata: [String: JSONDocument]?

        var result: KnowledgeBaseResult? {
            let row = content.row?.map { "\($0.columnName ?? ""): \($0.columnValue ?? "")" }.joined(separator: "\n")
            guard let text = content.text ?? row ?? content.audio?.transcription ?? content.video?.summary, !text.isEmpty
            else { return nil }
            return KnowledgeBaseResult(text: text, uri: location?.uri, score: score, metadata: metadata ?? [:])
        }
    }
}
