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
        "gpt-4o", "", "OUTCROP-EXTRACTIVE", "mini", "default", "*", String(repeating: "e\u{301}", count: 1_000_000),
    ])
    func `an unknown model names the setting`(name: String) async throws {
        let directory = try directory(providers: Self.providers)
        let failure = await #expect(throws: OutcropFailure.self) { try await directory.generator(for: name) }
        #expect(failure?.kind == .notFound && failure?.code == "model_not_found" && failure?.parameter == "model")
        #expect(failure?.message.contains("OUTCROP_MODEL_ALIASES") == true)
        #expect((failure?.message.utf8.count ?? 0) < 1_000)
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
