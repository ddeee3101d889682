import RAG
import Testing

@testable import OutcropServer

@Suite struct ModelDirectoryTests {
    private func directory(
        _ aliases: [String: String] = [:], defaultModel: String? = nil, providers: [any ModelProvider] = []
    ) throws -> ModelDirectory {
        try ModelDirectory(
            [NamedGenerator("outcrop-extractive"), NamedGenerator("us.anthropic.claude:0")], providers: providers,
            embeddingModel: "mini", aliases: aliases, defaultModel: defaultModel)
    }

    private static let providers: [any ModelProvider] = [
        FakeProvider(listed: [ModelListing(id: "nova", ownedBy: "amazon")], unlisted: ["arn:aws:bedrock:x:1:profile/a"]),
        FakeProvider(
            listed: [ModelListing(id: "nova", ownedBy: "second"), ModelListing(id: "haiku", ownedBy: "anthropic")], unlisted: []),
    ]

    @Test(arguments: [
        ("outcrop-extractive", "outcrop-extractive"), ("us.anthropic.claude:0", "us.anthropic.claude:0"),
        ("gpt-4o-mini", "us.anthropic.claude:0"),
        ("cheap", "outcrop-extractive"), ("anything else", "outcrop-extractive"), ("*", "outcrop-extractive"),
    ])
    func `finds a model by its name, an alias, or the star`(name: String, expected: String) async throws {
        let directory = try directory(["gpt-4o-mini": "us.anthropic.claude:0", "cheap": "default", "*": "default"])
        #expect(try await directory.generator(for: name).modelID == expected)
    }

    @Test(arguments: [
        ("nova", "nova"), ("haiku", "haiku"), ("arn:aws:bedrock:x:1:profile/a", "arn:aws:bedrock:x:1:profile/a"),
        ("outcrop-extractive", "outcrop-extractive"), ("fast", "haiku"), ("anything else", "nova"),
    ])
    func `finds a provider's model by its name, an alias, or the star`(name: String, expected: String) async throws {
        let directory = try directory(["fast": "haiku", "*": "default"], defaultModel: "nova", providers: Self.providers)
        #expect(try await directory.generator(for: name).modelID == expected)
        #expect(directory.defaultModel == "nova")
    }

    @Test func `an alias wins over a provider's model, and a model of ours is never asked for elsewhere`() async throws {
        let directory = try directory(
            ["nova": "outcrop-extractive"], providers: [FakeProvider(listed: [ModelListing(id: "nova", ownedBy: "amazon")])])
        #expect(try await directory.generator(for: "nova").modelID == "outcrop-extractive")
        let listing = try await directory.listing(for: "nova")
        #expect(listing == ModelListing(id: "nova", ownedBy: "outcrop"))
        #expect(await directory.listings().map(\.id) == ["outcrop-extractive", "us.anthropic.claude:0", "nova"])
        let alone = try self.directory(providers: [FakeProvider(failure: OutcropFailure(.badGateway, "down"))])
        #expect(try await alone.generator(for: "outcrop-extractive").modelID == "outcrop-extractive")
    }

    @Test func `what a provider throws is not hidden by the star`() async throws {
        let directory = try directory(
            ["*": "default"], providers: [FakeProvider(failure: OutcropFailure(.forbidden, "No access."))])
        await #expect(throws: OutcropFailure(.forbidden, "No access.")) { try await directory.generator(for: "nova") }
    }

    @Test func `an alias that leads nowhere says so when it is asked for`() async throws {
        let directory = try directory(["a": "b", "*": "default"], providers: Self.providers)
        let failure = await #expect(throws: OutcropFailure.self) { try await directory.generator(for: "a") }
        #expect(failure?.code == "model_not_found" && failure?.message.contains("maps it to b") == true)
    }

    @Test func `a server may have nothing but a provider's models`() async throws {
        let directory = try ModelDirectory(
            [], providers: Self.providers, embeddingModel: nil, aliases: [:], defaultModel: "haiku")
        #expect(directory.defaultModel == "haiku")
        #expect(try await directory.generator(for: "haiku").modelID == "haiku")
    }

    @Test func `an alias never hides a model, and default means the default model`() async throws {
        let directory = try directory(
            ["outcrop-extractive": "us.anthropic.claude:0", "x": "default"], defaultModel: "us.anthropic.claude:0")
        #expect(try await directory.generator(for: "outcrop-extractive").modelID == "outcrop-extractive")
        #expect(try await directory.generator(for: "x").modelID == "us.anthropic.claude:0")
        #expect(directory.defaultModel == "us.anthropic.claude:0")
    }

    @Test func `lists models, then the providers', then aliases, each once, and not the star`() async throws {
        let directory = try directory(
            ["z": "default", "a": "haiku", "*": "default", "outcrop-extractive": "default", "emb": "mini"],
            providers: Self.providers)
        let listings = await directory.listings()
        #expect(listings.map(\.id) == ["outcrop-extractive", "us.anthropic.claude:0", "nova", "haiku", "a", "z"])
        #expect(listings.map(\.ownedBy) == ["outcrop", "outcrop", "amazon", "anthropic", "outcrop", "outcrop"])
        #expect(try await directory.listing(for: "haiku").ownedBy == "anthropic")
        #expect(try await directory.listing(for: "arn:aws:bedrock:x:1:profile/a").ownedBy == "unknown")
        #expect(try await directory.listing(for: "whatever") == ModelListing(id: "whatever", ownedBy: "outcrop"))
    }

    @Test(arguments: [
        "gpt-4o", "", "OUTCROP-EXTRACTIVE", "mini", "default", "*",
    ])
    func `an unknown model names the setting`(name: String) async throws {
        let directory = try directory(providers: Self.providers)
        let failure = await #expect(throws: OutcropFailure.self) { try await directory.generator(for: name) }
        #expect(failure?.kind == .notFound && failure?.code == "model_not_found" && failure?.parameter == "model")
        #expect(failure?.message.contains("OUTCROP_MODEL_ALIASES") == true)
        #expect((failure?.message.utf8.count ?? 0) < 1_000)
    }

    /// Equality of strings takes the square of the number of combining marks in a row.
    @Test func `a name longer than any is looked up nowhere`() async throws {
        let name = "e" + String(repeating: "\u{301}", count: 1_000_000)
        let directory = try directory(providers: [FakeProvider(failure: OutcropFailure(.internal, "asked"))])
        let failure = await #expect(throws: OutcropFailure.self) { try await directory.generator(for: name) }
        #expect(failure?.code == "model_not_found" && (failure?.message.utf8.count ?? 0) < 1_000)
        #expect(throws: OutcropFailure.self) { try directory.requireEmbeddingModel(name) }
    }

    @Test func `embeddings have their own model`() throws {
        let directory = try directory(["text-embedding-3-small": "mini"])
        #expect(throws: Never.self) { try directory.requireEmbeddingModel("mini") }
        #expect(throws: Never.self) { try directory.requireEmbeddingModel("text-embedding-3-small") }
        #expect(throws: OutcropFailure.self) { try directory.requireEmbeddingModel("outcrop-extractive") }
        #expect(throws: Never.self) { try self.directory(["*": "default"]).requireEmbeddingModel("ada") }
    }

    @Test func `refuses settings that lead nowhere`() throws {
        let alias = try #require(throws: OutcropFailure.self) { try directory(["a": "b"]) }
        #expect(alias.message.contains("OUTCROP_MODEL_ALIASES") && alias.message.contains("outcrop-extractive"))
        #expect(try #require(throws: OutcropFailure.self) { try directory(defaultModel: "b") }.message.contains("OUTCROP_MODEL"))
        #expect(throws: OutcropFailure.self) { try ModelDirectory([], embeddingModel: nil, aliases: [:], defaultModel: nil) }
        #expect(throws: OutcropFailure.self) {
            try ModelDirectory([NamedGenerator("a"), NamedGenerator("a")], embeddingModel: nil, aliases: [:], defaultModel: nil)
        }
    }
}

/// `GET /v1/models` over a provider.
@Suite struct ModelRouteTests {
    private static let arn = "arn:aws:bedrock:us-east-1:1:custom-model/base/v1:0/abc/d"

    private func fixture(_ provider: FakeProvider) throws -> Fixture {
        var fixture = try Fixture()
        fixture.providers = [provider]
        return fixture
    }

    private static let provider = FakeProvider(
        listed: [ModelListing(id: "amazon.nova-lite-v1:0", ownedBy: "amazon")], unlisted: [arn])

    @Test(arguments: Transport.Kind.allCases) func `lists what providers know`(kind: Transport.Kind) async throws {
        let answer = try await fixture(Self.provider).transport(kind).send(.get, "/v1/models")
        #expect(
            answer.text
                == #"{"object":"list","data":[{"id":"outcrop-extractive","object":"model","created":1790000000,"owned_by":"outcrop"},"#
                + #"{"id":"amazon.nova-lite-v1:0","object":"model","created":1790000000,"owned_by":"amazon"}]}"#)
    }

    @Test(arguments: [
        ("amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0", "amazon"),
        ("amazon.nova-lite-v1%3A0", "amazon.nova-lite-v1:0", "amazon"),
        (arn, arn, "unknown"), ("arn%3Aaws:bedrock:us-east-1:1:custom-model%2Fbase%2Fv1%3A0%2Fabc%2fd", arn, "unknown"),
        ("arn:aws:bedrock:us-east-1:1:custom-model%2Fbase/v1:0/abc/d", arn, "unknown"),
    ])
    func `finds a provider's model however its name is written`(path: String, id: String, owner: String) async throws {
        let answer = try await fixture(Self.provider).transport().send(.get, "/v1/models/\(path)")
        #expect(answer.status == 200)
        #expect(try answer.json()["id"] as? String == id)
        #expect(try answer.json()["owned_by"] as? String == owner)
    }

    @Test(arguments: ["nova", "a/b/c", "a/b/c/d/e", "%2F%2F"]) func `says what it does not have`(path: String) async throws {
        let answer = try await fixture(Self.provider).transport().send(.get, "/v1/models/\(path)")
        #expect(answer.status == 404)
        #expect(try answer.error("code") == "model_not_found")
    }

    @Test func `a provider's model answers, and what a provider says of its failure is the answer's`() async throws {
        let body = #"{"model":"amazon.nova-lite-v1:0","messages":[{"role":"user","content":"Hi"}]}"#
        let answer = try await fixture(Self.provider).transport().post("/v1/chat/completions", body)
        #expect(answer.status == 200)
        #expect(try answer.json()["model"] as? String == "amazon.nova-lite-v1:0")
        let failing = try fixture(FakeProvider(failure: OutcropFailure(.forbidden, code: "access_denied", "No access.")))
        let refused = try await failing.transport().post("/v1/chat/completions", body)
        #expect(refused.status == 403)
        #expect(try refused.error("code") == "access_denied")
    }

    @Test func `health asks no provider`() async throws {
        struct Untouchable: ModelProvider {
            func models() async -> [ModelListing] { fatalError("asked for its models") }
            func generator(for id: String) async throws -> (any Generator)? { fatalError("asked for a model") }
        }
        var fixture = try Fixture()
        fixture.providers = [Untouchable()]
        fixture.settings.defaultModel = "amazon.nova-lite-v1:0"
        let health = try await fixture.transport().send(.get, "/health").json()
        #expect(health["model"] as? String == "amazon.nova-lite-v1:0")
    }
}

/// Knows some models, or fails.
struct FakeProvider: ModelProvider {
    var listed: [ModelListing] = []
    var unlisted: [String] = []
    var failure: OutcropFailure?

    func models() async -> [ModelListing] { listed }
    func generator(for id: String) async throws -> (any Generator)? {
        if let failure { throw failure }
        return listed.contains { $0.id == id } || unlisted.contains(id) ? NamedGenerator(id) : nil
    }
}

/// A generator that has a name and nothing to say.
struct NamedGenerator: Generator {
    let modelID: String
    init(_ modelID: String) { self.modelID = modelID }
    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { $0.finish() }
    }
}
