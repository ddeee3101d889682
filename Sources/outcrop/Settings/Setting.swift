/// One row of the table of settings: the environment name, the flag of the same name, what it is when unset, what it means.
struct Setting: Sendable, Hashable {
    /// Without the `OUTCROP_` prefix, such as `TOP_K`.
    var name: String
    var fallback: String
    var meaning: String
    var isSecret = false

    var environmentName: String { "OUTCROP_" + name }
    /// `--top-k` for `TOP_K`.
    var flag: String { "--" + name.lowercased().split(separator: "_").joined(separator: "-") }
}

extension Setting {
    /// All settings but the limits: `--help`, the README's list and `outcrop doctor` are made from this table.
    static let all: [Setting] = [
        Setting(name: "HOST", fallback: "127.0.0.1", meaning: "address to listen on; 0.0.0.0 or :: for all"),
        Setting(
            name: "PORT", fallback: "8080", meaning: "port to listen on, 0 for any; without it AWS_LWA_PORT, then PORT count"),
        Setting(name: "DOCUMENTS", fallback: "./documents", meaning: "folder of documents, read-only to us"),
        Setting(name: "SYNC_INTERVAL", fallback: "60", meaning: "seconds between looks at the folder, 0 for only at start"),
        Setting(
            name: "DATA", fallback: "./.outcrop, /tmp/outcrop on Lambda",
            meaning: "folder of the database, uploads and signing key"),
        Setting(
            name: "MODEL", fallback: "outcrop-extractive",
            meaning: "the model that answers: outcrop-extractive, or a Bedrock model id, inference profile or ARN"),
        Setting(
            name: "SMALL_MODEL", fallback: "none",
            meaning: "Bedrock model that tells casual messages from questions; local without it"
        ),
        Setting(name: "MODELS_FILE", fallback: "none", meaning: "JSON file of model traits laid over the built-in ones"),
        Setting(name: "MODEL_ALIASES", fallback: "none", meaning: "names clients may use: gpt-4o-mini=default,*=default"),
        Setting(name: "EMBEDDINGS", fallback: "local", meaning: "local, bedrock:<model>, or none for full-text search only"),
        Setting(
            name: "EMBEDDING_DIMENSIONS", fallback: "the model's own",
            meaning: "numbers per vector, where a Bedrock model has a choice"),
        Setting(
            name: "EMBEDDING_MODEL_DIR", fallback: "./.cache/model, else /opt/outcrop/model",
            meaning: "config.json, vocab.txt, model.safetensors"),
        Setting(name: "EMBEDDING_THREADS", fallback: "processors", meaning: "passages embedded at the same time"),
        Setting(name: "RETRIEVER", fallback: "local", meaning: "local, or bedrock-kb:<id> for a Bedrock Knowledge Base"),
        Setting(
            name: "RERANKER", fallback: "none", meaning: "none, or bedrock:<model> to put the passages found into a better order"),
        Setting(
            name: "GROUNDING", fallback: "helpful", meaning: "helpful, or strict: nothing found is answered without the model"),
        Setting(name: "PROMPT_FILE", fallback: "built in", meaning: "prompt template that takes the place of the built-in one"),
        Setting(name: "TOP_K", fallback: "6", meaning: "passages per answer, 1 to 50"),
        Setting(
            name: "MIN_SCORE", fallback: "\(Settings.minScoreDefault)",
            meaning: "a hit scoring below this (0 to 1) does not count"),
        Setting(
            name: "CHUNK_SIZE", fallback: "1000",
            meaning: "longest passage in characters (Unicode scalars); the next sync takes a change up"),
        Setting(name: "CHUNK_OVERLAP", fallback: "200", meaning: "characters that neighbouring passages share"),
        Setting(
            name: "API_KEYS", fallback: "none", meaning: "comma-separated keys; clients send one as a bearer token",
            isSecret: true),
        Setting(name: "AUTH", fallback: "auto", meaning: "auto: keys are required on Lambda and public addresses; none: never"),
        Setting(name: "RATE_LIMIT", fallback: "none", meaning: "per key and minute: requests=60,tokens=100000"),
        Setting(name: "CORS_ORIGINS", fallback: "none", meaning: "comma-separated origins that browsers may call from, or *"),
        Setting(name: "PUBLIC_URL", fallback: "none", meaning: "base of the links in citations; relative links without it"),
        Setting(name: "LOG_LEVEL", fallback: "info", meaning: "trace, debug, info, notice, warning, error"),
        Setting(name: "LOG_FORMAT", fallback: "text, json on Lambda", meaning: "text or json"),
    ]

    static let names = Set(all.map(\.name))
}
