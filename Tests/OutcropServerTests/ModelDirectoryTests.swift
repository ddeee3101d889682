import RAG
import Testing

@testable import OutcropServer

@Suite struct ModelDirectoryTests {
    private func directory(_ aliases: [String: String] = [:], defaultModel: String? = nil) throws -> ModelDirectory {
        try ModelDirectory(
            [NamedGenerator("outcrop-extractive"), NamedGenerator("us.anthropic.claude:0")], embeddingModel: "mini",
            aliases: aliases,
            defaultModel: defaultModel)
    }

    @Test(arguments: [
        ("outcrop-extractive", "outcrop-extractive"), ("us.anthropic.claude:0", "us.anthropic.claude:0"),
        ("gpt-4o-mini", "us.anthropic.claude:0"),
        ("cheap", "outcrop-extractive"), ("anything else", "outcrop-extractive"), ("*", "outcrop-extractive"),
    ])
    func `finds a model by its name, an alias, or the star`(name: String, expected: String) throws {
        let directory = try directory(["gpt-4o-mini": "us.anthropic.claude:0", "cheap": "default", "*": "default"])
        #expect(try directory.generator(for: name).modelID == expected)
    }

    @Test func `an alias never hides a model, and default means the default model`() throws {
        let directory = try directory(
            ["outcrop-extractive": "us.anthropic.claude:0", "x": "default"], defaultModel: "us.anthropic.claude:0")
        #expect(try directory.generator(for: "outcrop-extractive").modelID == "outcrop-extractive")
        #expect(try directory.generator(for: "x").modelID == "us.anthropic.claude:0")
        #expect(directory.defaultModel == "us.anthropic.claude:0")
    }

    @Test func `lists models, then aliases, each once, and not the star`() throws {
        let directory = try directory([
            "z": "default", "a": "us.anthropic.claude:0", "*": "default", "outcrop-extractive": "default", "emb": "mini",
        ])
        #expect(directory.names == ["outcrop-extractive", "us.anthropic.claude:0", "a", "z"])
    }

    @Test(arguments: ["gpt-4o", "", "OUTCROP-EXTRACTIVE", "mini", "default", "*"])
    func `an unknown model names the setting`(name: String) throws {
        let failure = try #require(throws: OutcropFailure.self) { try directory().generator(for: name) }
        #expect(failure.kind == .notFound && failure.code == "model_not_found" && failure.parameter == "model")
        #expect(failure.message.contains("OUTCROP_MODEL_ALIASES"))
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

/// A generator that has a name and nothing to say.
struct NamedGenerator: Generator {
    let modelID: String
    init(_ modelID: String) { self.modelID = modelID }
    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { $0.finish() }
    }
}
