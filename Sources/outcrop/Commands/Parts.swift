import Documents
import FoundationEssentials
import KnowledgeBase
import LocalModels
import Logging
import RAG

/// The parts every command is made of, built from the settings.
struct Parts {
    let settings: Settings
    let logger: Logger
    let embedder: (any Embedder)?
    /// What is missing but not fatal, in words for logs, `/health` and `doctor`.
    let notes: [String]
    let intent: any IntentClassifier
    let bedrock: BedrockParts?
    let retriever: any Retriever
    let configuration: KnowledgeBase.Configuration
    let knowledgeBase: KnowledgeBase

    enum Access { case writer, rebuilder, reader }

    init(
        _ settings: Settings, logger: Logger, access: Access, adjust: (inout KnowledgeBase.Configuration) -> Void = { _ in }
    ) async throws {
        try settings.checkFolders()
        self.settings = settings
        self.logger = logger
        bedrock = settings.usesBedrock ? try BedrockParts(settings, logger: logger) : nil
        let (embedder, notes) = try EmbeddingModel.load(settings, bedrock)
        self.embedder = embedder
        self.notes = notes
        intent = bedrock?.intent ?? LocalIntentClassifier(embedder: Self.local(embedder, settings))
        for note in notes { logger.warning("\(note)") }
        var configuration = Self.configuration(settings, access)
        // The score is then made from bm25, which says little in a small collection: the order alone decides.
        if embedder == nil { configuration.minScore = 0 }
        adjust(&configuration)
        self.configuration = configuration
        knowledgeBase = try await KnowledgeBase(configuration, embedder: embedder, logger: logger)
        retriever = bedrock?.retriever ?? knowledgeBase
    }

    /// The embedder if it is this machine's: comparing single sentences would cost a call each elsewhere.
    private static func local(_ embedder: (any Embedder)?, _ settings: Settings) -> (any Embedder)? {
        settings.embeddings == .local ? embedder : nil
    }

    /// The generator that quotes.
    var extractive: ExtractiveGenerator { ExtractiveGenerator(embedder: Self.local(embedder, settings)) }

    /// Answers when nothing else is asked for.
    func generator() async throws -> any Generator {
        guard let provider = bedrock?.modelProvider else { return extractive }
        guard let generator = try await provider.generator(for: settings.model) else {
            throw SettingsError("OUTCROP_MODEL: Amazon Bedrock has no model \(settings.model) here. 'outcrop doctor' tells more.")
        }
        return generator
    }

    private static func configuration(_ settings: Settings, _ access: Access) -> KnowledgeBase.Configuration {
        var configuration = KnowledgeBase.Configuration(
            dataDirectory: settings.data, documentsDirectory: settings.documents)
        configuration.chunker = Chunker(size: settings.chunkSize, overlap: settings.chunkOverlap)
        configuration.extractor = TextExtractor(limits: settings.limits.extraction)
        configuration.minScore = settings.minScore
        configuration.filesMax = settings.limits.files
        configuration.chunksPerDocumentMax = settings.limits.chunksPerDocument
        configuration.rebuild = access == .rebuilder
        configuration.isReadOnly = access == .reader
        return configuration
    }

    /// The assistant over the index, or over the remote retriever that takes its place.
    func assistant() throws -> Assistant {
        var answering = AssistantSettings()
        answering.topK = settings.topK
        answering.isStrict = settings.grounding == .strict
        answering.promptTokensMax = settings.limits.promptTokens
        answering.promptTemplate = try settings.promptFile.map(Self.promptTemplate)
        answering.classifyDeadline = .seconds(settings.limits.classifySeconds)
        answering.rerankDeadline = .seconds(settings.limits.rerankSeconds)
        return try Assistant(
            retriever: retriever, intent: intent, settings: answering, reranker: bedrock?.reranker)
    }

    private static func promptTemplate(_ path: String) throws -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw SettingsError(
                "OUTCROP_PROMPT_FILE: \(path) cannot be read as UTF-8 text. Name a readable template, or leave it unset.")
        }
    }
}

/// Finds and loads the embedding model, or says what to do.
enum EmbeddingModel {
    /// Where `make model` and the container image put it.
    static let usualDirectories = ["./.cache/model", "/opt/outcrop/model"]

    static func load(_ settings: Settings, _ bedrock: BedrockParts?) throws -> ((any Embedder)?, notes: [String]) {
        if let remote = try bedrock?.embedder { return (MemoizingEmbedder(remote), []) }
        guard settings.embeddings == .local else {
            return (nil, ["Embeddings are off (OUTCROP_EMBEDDINGS=none): searching by words only."])
        }
        guard let directory = directory(settings) else {
            return (
                nil,
                [
                    "No embedding model at \(usualDirectories.joined(separator: " or ")): searching by words only. Run 'make model' or set OUTCROP_EMBEDDING_MODEL_DIR."
                ]
            )
        }
        let base = try LocalEmbedder(directory: directory, threads: settings.embeddingThreads)
        return (MemoizingEmbedder(base), [])
    }

    static func directory(_ settings: Settings) -> String? {
        // A folder that was named must be right; the usual places may be missing.
        if let named = settings.embeddingModelDirectory { return named }
        return usualDirectories.first { FileManager.default.fileExists(atPath: $0 + "/model.safetensors") }
    }
}
