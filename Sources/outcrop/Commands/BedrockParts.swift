import AWS
import AWSAdapters
import FoundationEssentials
import HTTPClient
import Logging
import OutcropServer
import RAG

/// What the commands have of Amazon Bedrock, when a setting names it.
struct BedrockParts {
    let settings: Settings
    let transport: CurlClient
    let credentials: CredentialsChain
    let region: String
    let client: AWSClient
    let traits: ModelTraitsCatalog

    /// Does no I/O but reading AWS's configuration files and the file of model traits. Throws with the remedy when no region is set.
    init(_ settings: Settings, logger: Logger) throws {
        self.settings = settings
        transport = CurlClient(Self.transport(settings))
        let endpoints = EndpointResolver(environment: settings.awsEnvironment)
        guard let region = endpoints.region else {
            throw SettingsError("Amazon Bedrock needs a region: set AWS_REGION, such as us-east-1.")
        }
        do { _ = try endpoints.endpoint(for: .bedrockRuntime) } catch let error as AWSError { throw SettingsError(error.message) }
        self.region = region
        credentials = CredentialsChain(environment: settings.awsEnvironment, region: region, transport: transport)
        client = AWSClient(
            try Self.configuration(settings, endpoints), transport: transport, credentials: credentials, logger: logger)
        traits = try settings.modelsFile.map(Self.traits) ?? ModelTraitsCatalog.builtIn()
    }

    private static func transport(_ settings: Settings) -> CurlClient.Configuration {
        var transport = CurlClient.Configuration()
        transport.certificateAuthorities = settings.awsEnvironment["AWS_CA_BUNDLE"]
        transport.userAgent = "outcrop/\(Build.version)"
        // Every answer may have one for the model, its intent, its passages and their order.
        transport.transfersMax = max(transport.transfersMax, settings.limits.concurrentAnswers * 4)
        return transport
    }

    private static func configuration(_ settings: Settings, _ endpoints: EndpointResolver) throws -> AWSClient.Configuration {
        var configuration = AWSClient.Configuration(endpoints: endpoints)
        configuration.bearerToken = settings.bedrockBearerToken
        configuration.interactiveRetrySeconds = settings.limits.retrySeconds
        configuration.ingestionRetrySeconds = settings.limits.ingestionRetrySeconds
        if let text = settings.awsEnvironment["AWS_MAX_ATTEMPTS"], !text.isEmpty {
            guard let attempts = Int(text), (1...20).contains(attempts) else {
                throw SettingsError("AWS_MAX_ATTEMPTS is '\(text)' but must be a whole number from 1 to 20.")
            }
            configuration.attemptsMax = attempts
        }
        return configuration
    }

    private static func traits(_ path: String) throws -> ModelTraitsCatalog {
        guard let json = FileManager.default.contents(atPath: path) else {
            throw SettingsError("OUTCROP_MODELS_FILE: \(path) cannot be read. Name a readable JSON file, or leave it unset.")
        }
        return try ModelTraitsCatalog.builtIn().overridden(by: Array(json))
    }

    var hasBearerToken: Bool { settings.bedrockBearerToken != nil }
    var runtime: BedrockRuntime { BedrockRuntime(client) }
    var agentRuntime: BedrockAgentRuntime { BedrockAgentRuntime(client) }

    var deadlines: BedrockDeadlines {
        var deadlines = BedrockDeadlines()
        deadlines.connect = .seconds(settings.limits.modelConnectSeconds)
        deadlines.firstByte = .seconds(settings.limits.modelFirstByteSeconds)
        deadlines.idle = .seconds(settings.limits.modelIdleSeconds)
        deadlines.total = .seconds(settings.limits.modelSeconds)
        return deadlines
    }

    /// The models of the account, when the answering model is one of them.
    var modelProvider: BedrockModelProvider? {
        guard settings.model != Settings.extractiveModel else { return nil }
        return BedrockModelProvider(
            configured: [settings.model], bedrock: BedrockControl(client), runtime: runtime, traits: traits, deadlines: deadlines)
    }

    var embedder: BedrockEmbedder? {
        get throws {
            guard case .bedrock(let model) = settings.embeddings else { return nil }
            return try BedrockEmbedder(modelID: model, dimensions: settings.embeddingDimensions, runtime: runtime)
        }
    }

    var intent: BedrockIntentClassifier? {
        settings.smallModel.map { BedrockIntentClassifier(modelID: $0, runtime: runtime, traits: traits.traits(of: $0)) }
    }

    var retriever: BedrockKnowledgeBaseRetriever? {
        guard case .bedrockKnowledgeBase(let id) = settings.retriever else { return nil }
        return BedrockKnowledgeBaseRetriever(knowledgeBaseID: id, agentRuntime: agentRuntime)
    }

    var reranker: BedrockReranker? {
        settings.rerankModel.map { BedrockReranker(modelID: $0, region: region, agentRuntime: agentRuntime) }
    }
}
