extension Settings {
    /// `NAME=value` of everything in force, secrets masked; what `outcrop doctor` prints.
    var lines: [String] {
        Setting.all.map { "\($0.environmentName)=\($0.isSecret ? Self.masked(apiKeys) : shown($0.name))" }
            + Limits.table.map { "OUTCROP_LIMIT_\($0.name)=\(Limits.show($0.get(limits)))" }
    }

    private static func masked(_ keys: [String]) -> String { keys.isEmpty ? "none" : "\(keys.count) set" }

    private func shown(_ name: String) -> String {
        switch name {
        case "HOST": host
        case "PORT": "\(port)"
        case "DOCUMENTS": documents
        case "SYNC_INTERVAL": "\(syncIntervalSeconds)"
        case "DATA": data
        case "MODEL": model
        case "MODEL_ALIASES":
            modelAliases.isEmpty
                ? "none" : modelAliases.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        case "SMALL_MODEL": smallModel ?? "none"
        case "MODELS_FILE": modelsFile ?? "none"
        case "EMBEDDINGS": embeddings.description
        case "EMBEDDING_DIMENSIONS": embeddingDimensions.map(String.init) ?? "the model's own"
        case "RETRIEVER": retriever.description
        case "RERANKER": rerankModel.map { "bedrock:\($0)" } ?? "none"
        case "EMBEDDING_MODEL_DIR": EmbeddingModel.directory(self) ?? "none found"
        case "EMBEDDING_THREADS": "\(embeddingThreads)"
        case "GROUNDING": grounding.rawValue
        case "PROMPT_FILE": promptFile ?? "built in"
        case "TOP_K": "\(topK)"
        case "MIN_SCORE": "\(minScore)"
        case "CHUNK_SIZE": "\(chunkSize)"
        case "CHUNK_OVERLAP": "\(chunkOverlap)"
        case "AUTH": auth.rawValue
        case "RATE_LIMIT": rateLimitShown
        case "CORS_ORIGINS": corsOrigins.isEmpty ? "none" : corsOrigins.joined(separator: ",")
        case "PUBLIC_URL": publicURL ?? "none"
        case "LOG_LEVEL": logLevel.rawValue
        case "LOG_FORMAT": logFormat.rawValue
        default: preconditionFailure("\(name) is in the table but not shown")
        }
    }

    private var rateLimitShown: String {
        let parts = [requestsPerMinute.map { "requests=\($0)" }, tokensPerMinute.map { "tokens=\($0)" }].compactMap { $0 }
        return parts.isEmpty ? "none" : parts.joined(separator: ",")
    }
}
