internal import KnowledgeBase
internal import RAG

/// What the routes need of the knowledge base. A protocol, so that their failures can be tested without a database that fails.
protocol Knowledge: Sendable {
    var status: KnowledgeBase.Status { get }
    var incomingDirectory: String { get }

    func uploadID(filename: String) throws -> String
    func contentType(forFilename name: String) -> String

    func documents(limit: Int, after: String?) async throws -> (documents: [DocumentRecord], hasMore: Bool)
    func document(id: String) async throws -> DocumentRecord?
    func originalPath(id: String) async throws -> String?
    func delete(id: String) async throws -> Bool
    func adoptUpload(
        temporaryPath: String, filename: String, contentType: String, metadata: [String: JSONValue]
    ) async throws -> DocumentRecord

    func startSync(rebuild: Bool) async throws -> SyncJob
    func job(id: String) async throws -> SyncJob?
    func latestJob() async throws -> SyncJob?
    func retrieve(_ query: RetrievalQuery) async throws -> [Passage]
}

extension KnowledgeBase: Knowledge {}
