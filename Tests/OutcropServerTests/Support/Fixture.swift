import HTTP
import HTTPTypes
import Logging
import RAG
import Synchronization

@testable import OutcropServer

/// The API over parts that do as they are told.
struct Fixture {
    var settings: ServerSettings
    let knowledge: MemoryKnowledge
    let clock = TestClock()
    var embedder: (any Embedder)? = FixedEmbedder()
    var generators: [any Generator] = [NamedGenerator("outcrop-extractive")]
    var providers: [any ModelProvider] = []
    var notes: [String] = []
    let logged = LogRecorder()
    /// What the assistant answers.
    var answer: @Sendable (AnswerRequest, any Generator) -> AsyncThrowingStream<AnswerEvent, any Error> = { _, _ in
        Fixture.events(Fixture.cited)
    }

    init() throws {
        settings = ServerSettings(signingKey: try SigningKey(bytes: Array(repeating: 5, count: 32)), version: "1.2.3")
        settings.port = 0
        knowledge = try MemoryKnowledge()
    }

    func application() throws -> Application {
        var logger = Logger(label: "test") { _ in logged }
        logger.logLevel = .trace
        return try Application(
            Parts(
                settings: settings, knowledgeBase: knowledge, embedder: embedder,
                models: ModelDirectory(
                    generators, providers: providers, embeddingModel: embedder?.id, aliases: settings.modelAliases,
                    defaultModel: settings.defaultModel),
                notes: notes, surroundings: clock.surroundings, logger: logger, answer: answer))
    }

    func transport(_ kind: Transport.Kind = .handler) throws -> Transport { try Transport(kind, application()) }

    static func events(_ events: [AnswerEvent], then failure: (any Error)? = nil) -> AsyncThrowingStream<AnswerEvent, any Error> {
        AsyncThrowingStream { stream in
            for event in events { stream.yield(event) }
            stream.finish(throwing: failure)
        }
    }

    /// A short answer with one source.
    static let cited: [AnswerEvent] = [
        .grounded(
            GroundingReport(
                state: .grounded, passageCount: 2,
                timings: AnswerTimings(classifyMilliseconds: 0.25, retrieveMilliseconds: 3, rerankMilliseconds: 1),
                notes: ["a note"])),
        .started(
            AnswerTimings(
                classifyMilliseconds: 0.25, retrieveMilliseconds: 3, rerankMilliseconds: 1, firstTokenMilliseconds: 4.125)),
        .text("Rivers "), .text("flow [1]."),
        .citations([
            Citation(
                number: 1, documentID: "doc_a", filename: "rivers.pdf", page: 2, excerpt: "Rivers flow.", range: 4..<16,
                score: 0.5,
                markers: [12..<15])
        ]),
        .finished(
            .stop, Usage(promptTokens: 20, completionTokens: 5),
            AnswerTimings(
                classifyMilliseconds: 0.25, retrieveMilliseconds: 3, rerankMilliseconds: 1, firstTokenMilliseconds: 4.125,
                totalMilliseconds: 9)),
    ]
}

/// Three numbers for every text, a token for every byte.
struct FixedEmbedder: Embedder {
    var id: String { "mini" }
    var dimensions: Int { 3 }
    func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] { texts.map { _ in [1, 0, -0.5] } }
    func tokenCount(_ text: String) -> Int { text.utf8.count }
}

/// Keeps what was logged, for tests of what must not be.
final class LogRecorder: LogHandler {
    private let recorded = Mutex<[(line: String, event: LogEvent)]>([])
    var lines: [String] { recorded.withLock { $0.map(\.line) } }
    /// The lines about answers.
    var answers: [[String: String]] {
        recorded.withLock { recorded in
            recorded.filter { "\($0.event.message)" == "answer" && $0.event.level == .info }
                .map { ($0.event.metadata ?? [:]).mapValues { "\($0)" } }
        }
    }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let line = "\(event.level) \(event.message) \(event.metadata ?? [:])"
        recorded.withLock { $0.append((line, event)) }
    }
}

extension Fixture {
    /// Of an answer that nobody waits for.
    func record() -> AnswerRecord {
        var logger = Logger(label: "test") { [logged] _ in logged }
        logger.logLevel = .trace
        let limiter = RateLimiter(settings.rateLimit, uptimeSeconds: clock.surroundings.uptimeSeconds)
        return AnswerRecord(
            requestID: "req-1", model: "outcrop-extractive", isStreamed: true,
            meter: TokenMeter(limiter: limiter, caller: .anyone, messages: []), uptimeSeconds: clock.surroundings.uptimeSeconds,
            logger: logger)
    }
}
