import ArgumentParser

/// The flags of the same names as the settings, for the commands that open the knowledge base.
struct KnowledgeFlags: ParsableArguments {
    @Option(help: Setting.help("DOCUMENTS")) var documents: String?
    @Option(help: Setting.help("DATA")) var data: String?
    @Option(help: Setting.help("MODEL")) var model: String?
    @Option(help: Setting.help("SMALL_MODEL")) var smallModel: String?
    @Option(help: Setting.help("MODELS_FILE")) var modelsFile: String?
    @Option(help: Setting.help("EMBEDDINGS")) var embeddings: String?
    @Option(help: Setting.help("EMBEDDING_DIMENSIONS")) var embeddingDimensions: String?
    @Option(help: Setting.help("RETRIEVER")) var retriever: String?
    @Option(help: Setting.help("RERANKER")) var reranker: String?
    @Option(help: Setting.help("EMBEDDING_MODEL_DIR")) var embeddingModelDir: String?
    @Option(help: Setting.help("EMBEDDING_THREADS")) var embeddingThreads: String?
    @Option(help: Setting.help("CHUNK_SIZE")) var chunkSize: String?
    @Option(help: Setting.help("CHUNK_OVERLAP")) var chunkOverlap: String?
    @Option(help: Setting.help("TOP_K")) var topK: String?
    @Option(help: Setting.help("MIN_SCORE")) var minScore: String?
    @Option(help: Setting.help("GROUNDING")) var grounding: String?
    @Option(help: Setting.help("PROMPT_FILE")) var promptFile: String?
    @Option(help: Setting.help("LOG_LEVEL")) var logLevel: String?
    @Option(help: Setting.help("LOG_FORMAT")) var logFormat: String?
    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp("Any limit, such as --limit files=1000 (repeatable).", valueName: "name=value"))
    var limits: [String] = []

    var values: [String: String] {
        get throws {
            var values = Setting.present([
                "DOCUMENTS": documents, "DATA": data, "MODEL": model, "SMALL_MODEL": smallModel, "MODELS_FILE": modelsFile,
                "RETRIEVER": retriever, "RERANKER": reranker, "EMBEDDING_DIMENSIONS": embeddingDimensions,
                "EMBEDDINGS": embeddings,
                "EMBEDDING_MODEL_DIR": embeddingModelDir,
                "EMBEDDING_THREADS": embeddingThreads, "CHUNK_SIZE": chunkSize, "CHUNK_OVERLAP": chunkOverlap, "TOP_K": topK,
                "MIN_SCORE": minScore, "GROUNDING": grounding, "PROMPT_FILE": promptFile, "LOG_LEVEL": logLevel,
                "LOG_FORMAT": logFormat,
            ])
            for limit in limits {
                let halves = limit.split(separator: "=", maxSplits: 1)
                guard halves.count == 2 else { throw SettingsError("--limit wants name=value, not '\(limit)'.") }
                let name = halves[0].uppercased().split(separator: "-").joined(separator: "_")
                values["LIMIT_" + name] = String(halves[1])
            }
            return values
        }
    }
}

/// The flags that only the server has.
struct ServerFlags: ParsableArguments {
    @Option(help: Setting.help("HOST")) var host: String?
    @Option(help: Setting.help("PORT")) var port: String?
    @Option(help: Setting.help("SYNC_INTERVAL")) var syncInterval: String?
    @Option(help: Setting.help("MODEL_ALIASES")) var modelAliases: String?
    @Option(help: Setting.help("API_KEYS")) var apiKeys: String?
    @Option(help: Setting.help("AUTH")) var auth: String?
    @Option(help: Setting.help("RATE_LIMIT")) var rateLimit: String?
    @Option(help: Setting.help("CORS_ORIGINS")) var corsOrigins: String?
    @Option(help: Setting.help("PUBLIC_URL")) var publicURL: String?

    var values: [String: String] {
        Setting.present([
            "HOST": host, "PORT": port, "SYNC_INTERVAL": syncInterval, "MODEL_ALIASES": modelAliases,
            "API_KEYS": apiKeys, "AUTH": auth, "RATE_LIMIT": rateLimit, "CORS_ORIGINS": corsOrigins, "PUBLIC_URL": publicURL,
        ])
    }
}

extension Setting {
    static func help(_ name: String) -> ArgumentHelp {
        guard let setting = all.first(where: { $0.name == name }) else { preconditionFailure("no setting \(name)") }
        return ArgumentHelp("\(setting.meaning) [\(setting.environmentName), default: \(setting.fallback)]")
    }

    static func present(_ values: [String: String?]) -> [String: String] { values.compactMapValues { $0 } }
}
