internal import FoundationEssentials

extension BedrockAgent {
    /// A client token is shorter than this in no request (`ClientToken` in the service model).
    package static let clientTokenBytesMin = 33

    /// `PUT /knowledgebases/{id}/datasources/{id}/ingestionjobs/`. Requests with one `clientToken` start one job; it is the same in all
    /// retries of this call. Throws `.service` with status 409 while another job runs and 402 past a quota.
    package func startIngestionJob(
        knowledgeBaseID: String, dataSourceID: String, clientToken: String = UUID().uuidString, description: String? = nil
    ) async throws -> IngestionJob {
        precondition(clientToken.utf8.count >= Self.clientTokenBytesMin, "a client token has at least 33 characters")
        var call = ServiceCall(
            .bedrockAgent, "StartIngestionJob", path: path(knowledgeBaseID, dataSourceID)
        ) { json in
            json.field("clientToken", clientToken)
            json.field("description", description)
        }
        call.method = .put
        return try await job(call)
    }

    /// `GET /knowledgebases/{id}/datasources/{id}/ingestionjobs/{id}`.
    package func getIngestionJob(_ id: String, knowledgeBaseID: String, dataSourceID: String) async throws -> IngestionJob {
        try await job(
            ServiceCall(
                .bedrockAgent, "GetIngestionJob", method: .get,
                path: path(knowledgeBaseID, dataSourceID) + PercentEncoding.segment(id), urgency: .ingestion))
    }

    /// `POST /knowledgebases/{id}/datasources/{id}/ingestionjobs/`, all pages, the newest job first; `status` such as `IN_PROGRESS`
    /// keeps only those.
    package func listIngestionJobs(
        knowledgeBaseID: String, dataSourceID: String, status: String? = nil
    ) async throws -> [IngestionJob] {
        struct Answer: Decodable {
            var ingestionJobSummaries: [IngestionJob]
            var nextToken: String?
        }
        return try await Pages.collect(of: "bedrock-agent ListIngestionJobs") { token in
            var call = ServiceCall(
                .bedrockAgent, "ListIngestionJobs", path: path(knowledgeBaseID, dataSourceID)
            ) { $0.ingestionJobList(status: status, token: token) }
            call.urgency = .ingestion
            let answer = try await client.answer(Answer.self, to: call)
            return (answer.ingestionJobSummaries, answer.nextToken)
        }
    }

    private func job(_ call: ServiceCall) async throws -> IngestionJob {
        struct Answer: Decodable {
            var ingestionJob: IngestionJob
        }
        var call = call
        call.urgency = .ingestion
        return try await client.answer(Answer.self, to: call).ingestionJob
    }

    private func path(_ knowledgeBaseID: String, _ dataSourceID: String) -> String {
        let knowledgeBase = PercentEncoding.segment(knowledgeBaseID)
        return "/knowledgebases/\(knowledgeBase)/datasources/\(PercentEncoding.segment(dataSourceID))/ingestionjobs/"
    }
}

extension JSONByteWriter {
    fileprivate mutating func ingestionJobList(status: String?, token: String?) {
        if let status {
            key("filters")
            array([status]) { status, json in
                json.object { json in
                    json.field("attribute", "STATUS")
                    json.field("operator", "EQ")
                    json.field("values", [status])
                }
            }
        }
        field("maxResults", 1_000)
        field("nextToken", token)
        field(
            "sortBy",
            object: { json in
                json.field("attribute", "STARTED_AT")
                json.field("order", "DESCENDING")
            })
    }
}

/// The state of one synchronisation of a data source into its knowledge base. Lists leave `failureReasons` out.
package struct IngestionJob: Hashable, Sendable, Decodable {
    /// Of documents. The service counts while the job runs.
    package struct Statistics: Hashable, Sendable, Decodable {
        package var numberOfDocumentsScanned: Int?
        package var numberOfNewDocumentsIndexed: Int?
        package var numberOfModifiedDocumentsIndexed: Int?
        package var numberOfDocumentsDeleted: Int?
        package var numberOfDocumentsFailed: Int?
    }

    package var id: String
    /// `STARTING`, `IN_PROGRESS`, `COMPLETE`, `FAILED`, `STOPPING` or `STOPPED`.
    package var status: String
    /// ISO 8601, as sent.
    package var startedAt: String?
    package var updatedAt: String?
    package var statistics: Statistics?
    package var failureReasons: [String]?

    private enum CodingKeys: String, CodingKey {
        case id = "ingestionJobId"
        case status, startedAt, updatedAt, statistics, failureReasons
    }
}
