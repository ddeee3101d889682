package import HTTP
internal import HTTPTypes
package import KnowledgeBase
package import Logging
internal import OpenAIAPI
package import RAG

/// The API: its routes behind authentication, limits, CORS and one form of errors.
package struct Application: Sendable {
    /// Finds every route; each is already behind its checks.
    package let router: Router
    let routes: [Route]
    private let settings: ServerSettings
    private let cors: CORSPolicy
    private let hosts: HostPolicy
    private let origins: OriginPolicy
    private let errors: ErrorResponder
    private let logger: Logger

    /// `embedder` answers `/v1/embeddings`; `notes` are shown in `/health`, such as "no embedding model: full text only".
    /// `providers` are asked in order for models beyond `generators`, when a request names one.
    /// Throws `OutcropFailure` naming the setting when models and aliases do not fit together.
    package init(
        settings: ServerSettings, knowledgeBase: KnowledgeBase, embedder: (any Embedder)?, assistant: Assistant,
        generators: [any Generator], providers: [any ModelProvider] = [], notes: [String] = [],
        surroundings: Surroundings = .live, logger: Logger
    ) throws {
        let models = try ModelDirectory(
            generators, providers: providers, embeddingModel: embedder?.id, aliases: settings.modelAliases,
            defaultModel: settings.defaultModel)
        try self.init(
            Parts(
                settings: settings, knowledgeBase: knowledgeBase, embedder: embedder, models: models, notes: notes,
                surroundings: surroundings, logger: logger, retrieve: assistant.retriever.retrieve, answer: assistant.answer))
    }

    init(_ parts: Parts) throws {
        let groups: [any RouteGroup] = [
            HealthRoutes(parts), ModelRoutes(parts), ChatRoutes(parts), EmbeddingRoutes(parts), DocumentRoutes(parts),
            ContentRoutes(parts),
            UploadRoutes(parts), KnowledgeBaseRoutes(parts), DescriptionRoutes(parts),
        ]
        let gate = Gate(authenticator: Authenticator(apiKeys: parts.settings.apiKeys), limiter: parts.limiter)
        routes = groups.flatMap(\.routes)
        var router = Router()
        for route in routes { router.on(route.method, route.pattern, gate.handler(for: route)) }
        self.router = router
        settings = parts.settings
        cors = try Self.corsPolicy(parts.settings.corsOrigins)
        hosts = HostPolicy(parts.settings)
        origins = OriginPolicy(cors: cors, publicURL: parts.settings.publicURL)
        errors = parts.errors
        logger = parts.logger
    }

    /// Answers any request; throws only cancellation.
    package func handler() -> Handler {
        { request in
            var response: ServerResponse
            do {
                response = try await route(request)
            } catch {
                response = try errors.response(to: error, requestID: request.id)
            }
            response.headerFields.addMissing(cors.responseFields(request.head))
            return response
        }
    }

    /// A server for this API on the settings' host and port. Throws with the remedy when the port is taken.
    package func makeServer() throws -> Server {
        var configuration = Server.Configuration { status, message in
            ("application/json", ErrorEnvelope(status: status.code, message: message).encoded())
        }
        configuration.host = settings.host
        configuration.port = settings.port
        configuration.limits = settings.httpLimits
        // JSON routes have their own, smaller limit.
        configuration.limits.bodyBytesMax = max(
            settings.jsonBodyBytesMax, settings.uploadBytesMax + UploadRoutes.formOverheadBytesMax)
        configuration.onAccess = { [logger] in Self.log($0, logger) }
        return try Server(configuration, logger: logger, handler: handler())
    }

    private static func log(_ record: AccessRecord, _ logger: Logger) {
        logger.info(
            "request",
            metadata: [
                "request-id": "\(record.requestID)", "method": "\(record.method ?? "-")", "path": "\(record.path ?? "-")",
                "status": "\(record.status.map(String.init) ?? "-")", "bytes-in": "\(record.bytesIn)",
                "bytes-out": "\(record.bytesOut)",
                "ms": "\((record.milliseconds * 10).rounded() / 10)", "peer": "\(record.peer.host)",
                "cancelled": "\(record.isCancelled)",
            ])
    }

    /// What a page may read of an answer beside the safelisted fields (Fetch standard): all that this API says in fields.
    private static let exposedFields: [HTTPField.Name] =
        [.xRequestID, .retryAfter, .serverTiming, .contentDisposition, .contentRange, .acceptRanges, .eTag, .allow]
        + RateLimiter.fieldNames

    private static func corsPolicy(_ origins: [String]) throws -> CORSPolicy {
        do {
            return try CORSPolicy(origins: origins, exposing: Self.exposedFields)
        } catch {
            throw OutcropFailure(.internal, "OUTCROP_CORS_ORIGINS: \(error.description).")
        }
    }

    private func route(_ request: ServerRequest) async throws -> ServerResponse {
        // Health checks come by address, and what they learn is no secret.
        if request.target.segments != ["health"] { try hosts.check(request.head) }
        try origins.check(request.head)
        if let coding = request.head.headerFields[.contentEncoding], !Self.isIdentity(coding) { return Self.unknownCoding() }
        switch router.match(request.head.method, request.target.segments) {
        case .handler(let handler, let parameters, _):
            var request = request
            request.pathParameters = parameters
            return try await handler(request)
        case .methodNotAllowed(let allowed):
            if request.head.method == .options { return options(request, allowed) }
            return Self.methodNotAllowed(request.head.method, allowed)
        case .notFound:
            throw OutcropFailure(
                .notFound, code: "unknown_url",
                "There is no such URL: \(request.head.method.rawValue) \(Self.shown(request)). GET /openapi.json lists what there is."
            )
        }
    }

    private static func isIdentity(_ coding: String) -> Bool {
        coding.utf8.count == "identity".utf8.count && coding.lowercased() == "identity"
    }

    /// RFC 9110 §15.5.16. A compressed body would count as bytes it is not.
    private static func unknownCoding() -> ServerResponse {
        var envelope = ErrorEnvelope(status: 415, message: "Send the body as it is, without a Content-Encoding.")
        envelope.code = "unsupported_content_encoding"
        var response = ErrorResponder.response(envelope)
        response.headerFields[.acceptEncoding] = "identity"
        return response
    }

    private static func methodNotAllowed(_ method: HTTPRequest.Method, _ allowed: [HTTPRequest.Method]) -> ServerResponse {
        var envelope = ErrorEnvelope(status: 405, message: "\(method.rawValue) is not allowed here. Allowed: \(list(allowed)).")
        envelope.code = "method_not_allowed"
        var response = ErrorResponder.response(envelope)
        response.headerFields[.allow] = list(allowed)
        return response
    }

    /// RFC 9110 §9.3.7, and the preflight of a browser: both before any key is asked for, as neither can carry one.
    private func options(_ request: ServerRequest, _ allowed: [HTTPRequest.Method]) -> ServerResponse {
        var response = ServerResponse(status: .noContent, headerFields: [.allow: Self.list(allowed)])
        if let fields = cors.preflightFields(request.head, allow: allowed) {
            response.headerFields.addMissing(fields)
        }
        return response
    }

    private static func list(_ methods: [HTTPRequest.Method]) -> String { methods.map(\.rawValue).joined(separator: ", ") }

    /// The path without its query, which may hold a signature.
    private static func shown(_ request: ServerRequest) -> String {
        "/" + request.target.segments.joined(separator: "/").prefix(100)
    }
}
