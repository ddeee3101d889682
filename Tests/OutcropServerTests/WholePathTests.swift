import Foundation
import HTTP
import HTTPTypes
import KnowledgeBase
import LocalModels
import Logging
import RAG
import Testing

@testable import OutcropServer

/// The API over the real parts, through a socket: documents in a folder, a question, an answer with its source.
@Suite struct WholePathTests {
    private let data: TemporaryDirectory
    private let documents: TemporaryDirectory
    private let knowledge: KnowledgeBase
    private let transport: Transport
    private let logged = LogRecorder()

    init() async throws {
        data = try TemporaryDirectory()
        documents = try TemporaryDirectory()
        _ = try documents.file(
            "rivers.txt", Array("The river Danube flows through ten countries. It ends in the Black Sea.".utf8))
        _ = try documents.file("mountains.md", Array("# Mountains\n\nMount Everest is 8849 metres high.".utf8))
        let logger = Logger(label: "test") { [logged] _ in logged }
        knowledge = try await KnowledgeBase(
            KnowledgeBase.Configuration(dataDirectory: data.path, documentsDirectory: documents.path), embedder: nil,
            logger: logger)
        var settings = ServerSettings(signingKey: try SigningKey.loadOrCreate(path: data.path + "/signing.key"), version: "1.0.0")
        settings.port = 0
        settings.apiKeys = ["secret-key"]
        transport = try Transport(
            .socket,
            Application(
                settings: settings, knowledgeBase: knowledge, embedder: nil,
                assistant: Assistant(
                    retriever: knowledge, intent: LocalIntentClassifier(embedder: nil), settings: AssistantSettings()),
                generators: [ExtractiveGenerator(embedder: nil)], notes: ["no embedding model: full text only"], logger: logger))
    }

    private let key: HTTPFields = [.authorization: "Bearer secret-key"]

    private func sync() async throws -> [String: Any] {
        let started = try await transport.post("/v1/kb/sync", "", key)
        #expect(started.status == 202)
        let id = try #require(try started.json()["id"] as? String)
        _ = try await knowledge.waitForSync(id)
        let status = try await transport.send(.get, "/v1/kb/status?job_id=\(id)", key).json()
        return try #require(status["job"] as? [String: Any])
    }

    private func ask(_ question: String) async throws -> [String: Any] {
        let answer = try await transport.post(
            "/v1/chat/completions",
            #"{"model":"outcrop-extractive","messages":[{"role":"user","content":"\#(question)"}],"retrieval":{"mode":"always"}}"#,
            key)
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json()
    }

    private func citedFiles(_ answer: [String: Any]) -> [String] {
        (answer["citations"] as? [[String: Any]] ?? []).compactMap { $0["filename"] as? String }
    }

    @Test func `a question about the folder is answered with a source that opens`() async throws {
        let job = try await sync()
        #expect(job["status"] as? String == "completed" && job["added"] as? Int == 2)
        let answer = try await ask("Where does the Danube end?")
        let choice = try #require((answer["choices"] as? [[String: Any]])?.first)
        let text = try #require((choice["message"] as? [String: Any])?["content"] as? String)
        #expect(text.contains("Black Sea") && text.contains("[1]"))
        let citation = try #require((answer["citations"] as? [[String: Any]])?.first)
        #expect(citation["filename"] as? String == "rivers.txt")
        let link = try #require(citation["url"] as? String)
        let content = try await transport.send(.get, String(link.prefix { $0 != "#" }))
        #expect(content.status == 200 && content.text.contains("ends in the Black Sea"))
    }

    @Test func `an upload is found by itself, and gone after its deletion`() async throws {
        let prepared = try await transport.post(
            "/v1/documents", #"{"filename":"Große Seen.txt","metadata":{"kind":"lake"}}"#, key
        ).json()
        let upload = try #require(prepared["upload"] as? [String: Any])
        let fields = try #require(upload["fields"] as? [String: String])
        var form = MultipartForm()
        for name in ["key", "Content-Type", "policy", "signature"] { form.field(name, fields[name] ?? "") }
        form.file(Array("Lake Baikal is the deepest lake of the world.".utf8))
        // No key: a browser's form cannot send one.
        let stored = try await transport.send(.post, "/v1/uploads", [.contentType: MultipartForm.contentType], body: form.bytes)
        #expect(stored.status == 201, "\(stored.text)")
        let id = try #require(try stored.json()["id"] as? String)
        #expect(id == prepared["id"] as? String, "the id of the form is the document's")
        #expect(try stored.json()["content_type"] as? String == "text/plain")
        // The upload itself has started the sync; nobody has asked for one.
        let job = try #require(try await knowledge.latestJob())
        _ = try await knowledge.waitForSync(job.id)
        let document = try await transport.send(.get, "/v1/documents/\(id)", key).json()
        #expect(document["status"] as? String == "indexed", "\(document)")
        #expect(citedFiles(try await ask("Which lake is the deepest?")) == ["Große Seen.txt"])
        let search = try await transport.post(
            "/v1/kb/search", #"{"query":"deepest lake","filters":{"type":"eq","key":"kind","value":"lake"}}"#, key
        ).json()
        #expect((search["data"] as? [[String: Any]])?.first?["file_id"] as? String == id)

        #expect(try await transport.send(.delete, "/v1/documents/\(id)", key).status == 200)
        #expect(citedFiles(try await ask("Which lake is the deepest?")).isEmpty)
        #expect(try await transport.send(.get, "/v1/documents/\(id)/content", key).status == 404)
    }

    @Test(arguments: [".hidden", " ", "a\u{202E}b.txt"])
    func `no form is given for a name that would not be taken`(filename: String) async throws {
        let answer = try await transport.post("/v1/documents", #"{"filename":"\#(filename)"}"#, key)
        #expect(answer.status == 400)
        #expect(try answer.error("code") == "invalid_filename" && answer.error("param") == "filename")
    }

    @Test func `an unknown document to continue after is a mistake, not an empty page`() async throws {
        let answer = try await transport.send(.get, "/v1/documents?after=doc_none", key)
        #expect(answer.status == 400)
        #expect(try answer.error("param") == "after")
    }

    @Test func `without documents the answer says how to add some`() async throws {
        let answer = try await ask("Where does the Danube end?")
        #expect(citedFiles(answer).isEmpty)
    }

    @Test func `streams like OpenAI`() async throws {
        _ = try await sync()
        let answer = try await transport.post(
            "/v1/chat/completions",
            #"{"model":"outcrop-extractive","stream":true,"messages":[{"role":"user","content":"How high is Mount Everest?"}]}"#,
            key)
        let frames = answer.text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
        #expect(frames.last == "data: [DONE]" && !answer.isCut)
        let chunks = try frames.dropLast().map { frame in
            try #require(try JSONSerialization.jsonObject(with: Data(frame.dropFirst(6).utf8)) as? [String: Any])
        }
        #expect(Set(chunks.map { $0["id"] as? String }).count == 1)
        #expect(chunks.dropLast().last?["type"] as? String == "citations")
        let deltas = chunks.compactMap {
            (($0["choices"] as? [[String: Any]])?.first?["delta"] as? [String: Any])?["content"] as? String
        }
        #expect(deltas.joined().contains("8849 metres"))
    }

    @Test func `health answers without a key`() async throws {
        let health = try await transport.send(.get, "/health").json()
        #expect(health["status"] as? String == "degraded" && health["embedding_model"] is NSNull)
    }
}
