import Foundation
import RAG
import Testing

@testable import OpenAIAPI

/// The description of the API says what the code does: same fields, same limits, same verdicts.
struct OpenAPITests {
    /// Read once: it is large and there are many rows.
    private static let shared = Result {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: package.appending(path: "Sources/OutcropServer/openapi.json"))
        let root = try JSONDecoder().decode([String: JSONValue].self, from: data)
        return (JSONValue.object(root), JSONSchema(root: root))
    }

    private let document: JSONValue
    private let schema: JSONSchema

    init() throws {
        (document, schema) = try Self.shared.get()
    }

    @Test(arguments: RequestRefusalTests.table)
    func `refuses what the decoder refuses`(refusal: Refusal) throws {
        guard let body = try? JSONDecoder().decode(JSONValue.self, from: Data(refusal.body.utf8)) else { return }
        // Limits that a schema cannot say.
        if ["more than 64 clauses", "deeper than 8 levels", "255 bytes in UTF-8"].contains(where: refusal.message.contains) {
            return
        }
        #expect(schema.violations(of: body, as: refusal.route.schemaName) != [])
    }

    @Test func `every request example is valid and decodes`() throws {
        let bodies = try operations().compactMap { $0["requestBody"]?["content"]?["application/json"] }
        #expect(bodies.count == 5)
        for body in bodies {
            let example = try #require(body["example"])
            let name = try #require(body["schema"]?["$ref"]?.text?.split(separator: "/").last)
            #expect(schema.violations(of: example, as: String(name)) == [])
            let bytes = try Array(JSONEncoder().encode(example))
            try #require(Refusal.Route.allCases.first { $0.schemaName == name }).decode(bytes)
        }
    }

    @Test func `every response example is valid`() throws {
        var exampleCount = 0
        let shared = try #require(document["components"]?["responses"]?.members).values
        let responses = try operations().flatMap { $0["responses"]?.members.map { Array($0.values) } ?? [] } + shared
        for content in responses.compactMap({ $0["content"]?["application/json"] }) {
            guard let example = content["example"], let reference = content["schema"]?["$ref"]?.text else { continue }
            exampleCount += 1
            #expect(schema.violations(of: example, as: reference.split(separator: "/").last.map(String.init) ?? "") == [])
        }
        #expect(exampleCount >= 2)
    }

    @Test func `every answer has exactly the described fields`() throws {
        for (name, bytes) in Answers.samples {
            #expect(try schema.violations(of: bytes, as: name) == [], "\(name)")
            let answer = try JSONDecoder().decode([String: JSONValue].self, from: Data(bytes))
            let described = try #require(document["components"]?["schemas"]?[name]?["properties"]?.members)
            if name != "ChatCompletionChunk" { #expect(Set(answer.keys) == Set(described.keys), "\(name)") }
            #expect(Set(answer.keys).subtracting(described.keys) == [], "\(name)")
        }
    }

    @Test func `limits are the code's`() throws {
        let limits: [(schema: String, property: String, keyword: String, value: Int)] = [
            ("ChatCompletionRequest", "messages", "maxItems", ChatCompletionRequest.messagesMax),
            ("ChatCompletionRequest", "model", "maxLength", ChatCompletionRequest.modelCharactersMax),
            ("ChatCompletionRequest", "tools", "maxItems", ChatCompletionRequest.toolsMax),
            ("Retrieval", "top_k", "maximum", ChatCompletionRequest.topKMax),
            ("DocumentUploadRequest", "filename", "maxLength", DocumentUploadRequest.filenameBytesMax),
            ("DocumentUploadRequest", "content_type", "maxLength", DocumentUploadRequest.contentTypeCharactersMax),
            ("SearchRequest", "max_num_results", "maximum", SearchRequest.resultsMax),
            ("SearchRequest", "max_num_results", "default", SearchRequest.resultsDefault),
        ]
        for limit in limits {
            let property = document["components"]?["schemas"]?[limit.schema]?["properties"]?[limit.property]
            #expect(property?[limit.keyword] == .number(Double(limit.value)), "\(limit.schema).\(limit.property)")
        }
        let page = document["paths"]?["/v1/documents"]?["get"]?["parameters"]?.items.first?["schema"]
        #expect(
            page?["maximum"] == .number(Double(PageQuery.limitMax)) && page?["default"] == .number(Double(PageQuery.limitDefault))
        )
    }

    private func operations() throws -> [JSONValue] {
        try #require(document["paths"]?.members).values.flatMap { $0.members.map { Array($0.values) } ?? [] }
    }
}

/// One answer of each kind, by the name of its schema.
private enum Answers {
    static let samples: [(String, [UInt8])] = {
        let stream = ChatStreamEncoder(id: "c", created: 1, model: "m", includesUsage: true)
        let usage = Usage(promptTokens: 1, completionTokens: 2)
        let completion = ChatCompletion(
            id: "c", created: 1, model: "m", text: "x", citations: Citation.samples, linkFor: Citation.link, finishReason: .stop,
            usage: usage)
        let passage = Passage(
            chunkID: 1, documentID: "d", filename: "f", page: nil, headings: ["h"], text: "t", range: 0..<1, score: 0.5,
            metadata: ["k": .number(1)])
        let document = DocumentObject(
            id: "d", filename: "f", byteCount: 1, contentType: "text/plain", etag: "e", createdAt: 1, status: "failed",
            pageCount: nil,
            chunkCount: 0, error: "why", metadata: [:])
        let job = SyncJobObject(
            id: "j", status: "completed", startedAt: 1, finishedAt: 2,
            counts: SyncJobObject.Counts(scanned: 1, added: 1, updated: 0, deleted: 0, failed: 1),
            failures: [SyncJobObject.Failure(documentID: "d", filename: "f", reason: "r")], error: nil,
            progress: SyncJobObject.Progress(filesDone: 1, filesTotal: 1, chunksDone: 0, elapsedSeconds: 0.1, currentFile: nil))
        let counts = KBStatusObject.DocumentCounts(total: 1, indexed: 0, pending: 0, failed: 1)
        let chunks = [stream.roleChunk(), stream.text("x"), stream.finish(.length), stream.usage(usage)]
        return chunks.map { ("ChatCompletionChunk", $0) } + [
            ("ChatCompletionChunk", stream.citations(Citation.samples, linkFor: Citation.link)),
            ("ChatCompletion", completion.encoded()),
            ("Error", ErrorEnvelope(status: 404, message: "m").encoded()),
            ("Model", ModelObject(id: "m", created: 1, ownedBy: "o").encoded()),
            ("ModelList", ModelList([]).encoded()),
            (
                "EmbeddingsResponse",
                EmbeddingsResponse(model: "m", embeddings: [[1]], encodingFormat: .base64, promptTokens: 1).encoded()
            ),
            (
                "DocumentUpload",
                DocumentUpload(id: "d", filename: "f", url: "/u", fields: [("key", "d")], bytesMax: 1, expiresAt: 1).encoded()
            ),
            ("Document", document.encoded()),
            ("DocumentList", DocumentList([document], hasMore: false).encoded()),
            ("DocumentDeleted", DocumentDeleted(id: "d").encoded()),
            ("SyncJob", job.encoded()),
            (
                "KBStatus",
                KBStatusObject(generation: 1, documents: counts, chunkCount: 0, embeddingModel: nil, dimensions: nil, job: job)
                    .encoded()
            ),
            ("SearchResults", SearchResults(queries: ["q"], passages: [passage]).encoded()),
            (
                "Health",
                HealthObject(version: "1", generation: 1, documentCount: 1, chunkCount: 1, model: "m", embeddingModel: nil)
                    .encoded()
            ),
        ]
    }()
}

extension JSONValue {
    fileprivate var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
    fileprivate var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
    fileprivate subscript(name: String) -> JSONValue? { members?[name] }
}
