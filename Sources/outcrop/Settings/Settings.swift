import FoundationEssentials
import HTTP
import Logging
import RAG

/// Everything the environment and the flags decide, proven and typed.
struct Settings: Sendable {
    enum Grounding: String, CaseIterable, Sendable { case helpful, strict }
    enum Auth: String, CaseIterable, Sendable { case auto, none }
    enum LogFormat: String, CaseIterable, Sendable { case text, json }

    /// 97 to 99 % of questions have a relevant passage above it (SciFact, chunking_evaluation); of the same questions put to
    /// three unrelated documents, 97 to 99 % find nothing above it.
    static let minScoreDefault = 0.25

    var host = "127.0.0.1"
    var port = 8080
    var documents = "./documents"
    var syncIntervalSeconds = 60
    var data = "./.outcrop"
    var model = Settings.extractiveModel
    var smallModel: String?
    var modelsFile: String?
    var modelAliases: [String: String] = [:]
    var embeddings = Embeddings.local
    var embeddingDimensions: Int?
    var retriever = RetrieverChoice.local
    var rerankModel: String?
    /// What AWS's own variables say, for the parts that talk to AWS; holds secrets.
    var awsEnvironment: [String: String] = [:]
    var embeddingModelDirectory: String?
    var embeddingThreads = 2
    var grounding = Grounding.helpful
    var promptFile: String?
    var topK = 6
    var minScore = Settings.minScoreDefault
    var chunkSize = 1_000
    var chunkOverlap = 200
    var apiKeys: [String] = []
    var auth = Auth.auto
    var requestsPerMinute: Int?
    var tokensPerMinute: Int?
    var corsOrigins: [String] = []
    var publicURL: String?
    var logLevel = Logger.Level.info
    var logFormat = LogFormat.text
    var limits = Limits()
    var isLambda = false

    /// Reads flags (by setting name, such as `TOP_K`) over the environment. Throws `SettingsError` naming the setting and what it wants.
    init(environment: [String: String], flags: [String: String] = [:], processorCount: Int) throws {
        let raw = try RawSettings(environment: environment, flags: flags)
        awsEnvironment = environment.filter { $0.key.hasPrefix("AWS_") || $0.key == "HOME" }
        isLambda = environment["LAMBDA_TASK_ROOT"] != nil || environment["AWS_LAMBDA_FUNCTION_NAME"] != nil
        try readPlaces(raw)
        try readModels(raw, processorCount: processorCount)
        try readRetrieval(raw)
        try readAccess(raw)
        try readLogging(raw)
        for (name, value) in raw.limits { try limits.set(name, to: value) }
    }

    private mutating func readPlaces(_ raw: RawSettings) throws {
        host = raw["HOST"] ?? host
        port = try raw.int("PORT", in: Self.ports) ?? Self.inheritedPort(raw.environment) ?? port
        documents = raw["DOCUMENTS"] ?? documents
        syncIntervalSeconds = try raw.int("SYNC_INTERVAL", in: 0...86_400) ?? syncIntervalSeconds
        data = raw["DATA"] ?? (isLambda ? "/tmp/outcrop" : data)
    }

    private static let ports = 0...65_535

    /// The port that Lambda's web adapter or another platform hands down. The names are not ours, but to listen elsewhere
    /// without a word would be worse than to refuse.
    private static func inheritedPort(_ environment: [String: String]) throws -> Int? {
        for name in ["AWS_LWA_PORT", "PORT"] {
            guard let text = environment[name], !text.isEmpty else { continue }
            guard let value = Int(text), ports.contains(value) else {
                throw SettingsError(
                    "\(name) is '\(text)' but must be a whole number from 0 to 65535. OUTCROP_PORT takes its place when set.")
            }
            return value
        }
        return nil
    }

    private mutating func readModels(_ raw: RawSettings, processorCount: Int) throws {
        model = try raw.bedrockModel("MODEL", besides: Self.extractiveModel) ?? model
        smallModel = try raw.bedrockModel("SMALL_MODEL")
        modelsFile = raw["MODELS_FILE"]
        modelAliases = try Self.aliases(raw.list("MODEL_ALIASES"))
        embeddings = try raw["EMBEDDINGS"].map(Embeddings.init) ?? embeddings
        embeddingDimensions = try raw.int("EMBEDDING_DIMENSIONS", in: 64...4_096)
        embeddingModelDirectory = raw["EMBEDDING_MODEL_DIR"]
        embeddingThreads = try raw.int("EMBEDDING_THREADS", in: 1...256) ?? max(1, processorCount)
    }

    private mutating func readRetrieval(_ raw: RawSettings) throws {
        retriever = try raw["RETRIEVER"].map(RetrieverChoice.init) ?? retriever
        rerankModel = try raw["RERANKER"].flatMap(Self.rerankModel)
        grounding = try raw.choice("GROUNDING") ?? grounding
        promptFile = raw["PROMPT_FILE"]
        topK = try raw.int("TOP_K", in: 1...50) ?? topK
        minScore = try raw.number("MIN_SCORE", in: 0...1) ?? minScore
        chunkSize = try raw.int("CHUNK_SIZE", in: 100...100_000) ?? chunkSize
        chunkOverlap = try raw.int("CHUNK_OVERLAP", in: 0...50_000) ?? min(chunkOverlap, chunkSize / 5)
        guard chunkOverlap <= chunkSize / 2 else {
            throw SettingsError.value(
                "CHUNK_OVERLAP", "\(chunkOverlap)", wants: "at most half of OUTCROP_CHUNK_SIZE (\(chunkSize))")
        }
    }

    private mutating func readAccess(_ raw: RawSettings) throws {
        apiKeys = raw.list("API_KEYS")
        auth = try raw.choice("AUTH") ?? auth
        corsOrigins = raw.list("CORS_ORIGINS")
        publicURL = raw["PUBLIC_URL"]
        if let publicURL, !publicURL.hasPrefix("http://"), !publicURL.hasPrefix("https://") {
            throw SettingsError.value("PUBLIC_URL", publicURL, wants: "an http:// or https:// address")
        }
        (requestsPerMinute, tokensPerMinute) = try Self.rateLimit(raw.list("RATE_LIMIT"))
    }

    private mutating func readLogging(_ raw: RawSettings) throws {
        if let text = raw["LOG_LEVEL"] {
            guard let level = Logger.Level(rawValue: text) else {
                throw SettingsError.value("LOG_LEVEL", text, wants: Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))
            }
            logLevel = level
        }
        logFormat = try raw.choice("LOG_FORMAT") ?? (isLambda ? .json : .text)
    }

    private static func aliases(_ items: [String]) throws -> [String: String] {
        var aliases: [String: String] = [:]
        for item in items {
            let halves = item.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else {
                throw SettingsError.value("MODEL_ALIASES", item, wants: "name=model pairs, such as gpt-4o-mini=default")
            }
            aliases[halves[0]] = halves[1]
        }
        return aliases
    }

    private static func rateLimit(_ items: [String]) throws -> (requests: Int?, tokens: Int?) {
        var limit: (requests: Int?, tokens: Int?)
        for item in items {
            let halves = item.split(separator: "=").map { $0.trimmed }
            guard halves.count == 2, let count = Int(halves[1]), count > 0 else { throw rateLimitError(item) }
            switch halves[0] {
            case "requests": limit.requests = count
            case "tokens": limit.tokens = count
            default: throw rateLimitError(item)
            }
        }
        return limit
    }

    private static func rateLimitError(_ item: String) -> SettingsError {
        .value("RATE_LIMIT", item, wants: "requests=N and/or tokens=N, per key and minute")
    }
}

extension Settings {
    /// True where only this machine can reach the server.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// Refuses to serve the documents to everybody by accident.
    func checkAccess() throws {
        guard auth == .auto, apiKeys.isEmpty, isLambda || !isLoopback else { return }
        throw SettingsError(
            """
            \(isLambda ? "On Lambda" : "On \(host)") anyone who can reach this server could read your documents. \
            Set OUTCROP_API_KEYS to one or more keys, listen on 127.0.0.1, or say OUTCROP_AUTH=none.
            """)
    }

    /// Refuses a documents folder that shows the uploads a second time.
    func checkFolders() throws {
        func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
        let (ours, theirs) = (resolved(data), resolved(documents))
        guard theirs == ours || theirs == ours + "/uploads" || theirs.hasPrefix(ours + "/uploads/") else { return }
        throw SettingsError(
            "OUTCROP_DOCUMENTS (\(documents)) lies in OUTCROP_DATA (\(data)), where the uploads are: choose another folder for one."
        )
    }
}
