import RAG
import Testing

@testable import OpenAIAPI

/// A wrong body, and exactly what the client is told about it.
struct Refusal: CustomTestStringConvertible {
    enum Route: CaseIterable {
        case chat, embeddings, upload, sync, search

        /// In openapi.json.
        var schemaName: String {
            switch self {
            case .chat: "ChatCompletionRequest"
            case .embeddings: "EmbeddingsRequest"
            case .upload: "DocumentUploadRequest"
            case .sync: "SyncRequest"
            case .search: "SearchRequest"
            }
        }

        func decode(_ bytes: [UInt8]) throws {
            switch self {
            case .chat: _ = try RequestDecoder.decode(ChatCompletionRequest.self, from: bytes).answerRequest()
            case .embeddings: _ = try RequestDecoder.decode(EmbeddingsRequest.self, from: bytes)
            case .upload: _ = try RequestDecoder.decode(DocumentUploadRequest.self, from: bytes)
            case .sync: _ = try RequestDecoder.decode(SyncRequest.self, from: bytes)
            case .search: _ = try RequestDecoder.decode(SearchRequest.self, from: bytes)
            }
        }
    }

    var route: Route
    var body: String
    var parameter: String?
    var message: String
    var testDescription: String { body.count > 100 ? "\(body.prefix(100))…" : body }

    init(_ route: Route, _ body: String, _ parameter: String?, _ message: String) {
        self.route = route
        self.body = body
        self.parameter = parameter
        self.message = message
    }

    /// A chat request that is right but for `members`.
    static func chat(_ members: String, _ parameter: String, _ message: String) -> Refusal {
        Refusal(.chat, #"{"model":"m","messages":[{"role":"user","content":"hi"}],\#(members)}"#, parameter, message)
    }

    /// A chat request that is right but for its only message.
    static func message(_ message: String, _ parameter: String, _ text: String) -> Refusal {
        Refusal(.chat, #"{"model":"m","messages":[\#(message)]}"#, parameter, text)
    }

    static func upload(_ members: String, _ parameter: String, _ message: String) -> Refusal {
        Refusal(.upload, #"{"filename":"a.txt",\#(members)}"#, parameter, message)
    }

    static func search(_ members: String, _ parameter: String, _ message: String) -> Refusal {
        Refusal(.search, #"{"query":"q",\#(members)}"#, parameter, message)
    }

    static func filter(_ filter: String, _ parameter: String, _ message: String) -> Refusal {
        .search(#""filters":\#(filter)"#, parameter, message)
    }

    func decode() throws {
        try route.decode(Array(body.utf8))
    }
}

struct RequestRefusalTests {
    static let table: [Refusal] = [
        Refusal.bodies, Refusal.messages, Refusal.options, Refusal.beyond, Refusal.embeddings, Refusal.documents,
        Refusal.searches,
    ].flatMap { $0 }

    @Test(arguments: table)
    func `names the parameter and says what is wrong with it`(refusal: Refusal) throws {
        let failure = try #require(throws: OutcropFailure.self) { try refusal.decode() }
        #expect(failure.kind == .invalidRequest)
        #expect(failure.parameter == refusal.parameter)
        #expect(failure.message == refusal.message)
        #expect(failure.code != nil)
    }

    @Test func `the table keeps its size`() {
        #expect(Self.table.count >= 120)
    }

    /// Whatever stands in a body, the client hears of it in one way only.
    @Test func `mutated bodies are taken or refused, never anything else`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(state: seed)
        let values = ["null", "true", "-1", "1.5", "1e400", "\"\"", "\"x\"", "[]", "{}", "[[1]]", "{\"type\":\"and\"}", "\\"]
        for _ in 0..<2_000 {
            let refusal = Self.table.randomElement(using: &random)!
            guard refusal.body.utf8.count < 300 else { continue }
            var pieces = refusal.body.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            pieces[Int.random(in: 0..<pieces.count, using: &random)] = values.randomElement(using: &random)!
            do {
                try refusal.route.decode(Array(pieces.joined(separator: ":").utf8))
            } catch {
                let failure = error as? OutcropFailure
                #expect(failure?.kind == .invalidRequest && failure?.code != nil, "seed \(seed): \(pieces)")
            }
        }
    }
}
