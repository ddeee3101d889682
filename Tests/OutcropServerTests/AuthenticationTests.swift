import HTTPTypes
import Testing

@testable import OutcropServer

@Suite struct AuthenticationTests {
    /// What every documented route answers to a caller without a key.
    @Test(arguments: Transport.Kind.allCases)
    func `every route asks for a key but the open ones and those with their own signature`(kind: Transport.Kind) async throws {
        var fixture = try Fixture()
        fixture.settings.apiKeys = ["secret-key"]
        let application = try fixture.application()
        let transport = try Transport(kind, application)
        for route in application.routes {
            let path = route.pattern.replacing(":id", with: "x").replacing(":rest", with: "y")
            let answer = try await transport.send(route.method, path)
            switch route.access {
            case .open: #expect(answer.status == 200, "\(route.pattern)")
            case .policy: #expect(answer.status == 400, "\(route.pattern)")
            case .key, .keyOrSignature:
                #expect(answer.status == 401, "\(route.pattern)")
                #expect(answer.field("www-authenticate") == "Bearer")
                #expect(try answer.error("code") == "invalid_api_key")
            }
        }
    }

    @Test(arguments: [
        ("Bearer secret-key", 200), ("Bearer other-key", 200), ("bearer secret-key", 200), ("Bearer wrong", 401),
        ("Basic secret-key", 401), ("", 401),
    ])
    func `lets in with a key and refuses without`(header: String, status: Int) async throws {
        var fixture = try Fixture()
        fixture.settings.apiKeys = ["secret-key", "other-key"]
        let answer = try await fixture.transport().send(.get, "/v1/models", header.isEmpty ? [:] : [.authorization: header])
        #expect(answer.status == status)
    }

    @Test func `keys appear in no log and no answer`() async throws {
        var fixture = try Fixture()
        fixture.settings.apiKeys = ["secret-key"]
        fixture.settings.rateLimit.requestsPerMinute = 1
        let transport = try fixture.transport(.socket)
        for key in ["secret-key", "secret-key", "wrong-secret-key"] {
            let answer = try await transport.send(.get, "/v1/models?x=secret-key", [.authorization: "Bearer \(key)"])
            #expect(!answer.text.contains("secret-key"))
        }
        #expect(!fixture.logged.lines.contains { $0.contains("secret-key") })
    }

    @Test func `each key has its own limit, and the open routes none`() async throws {
        var fixture = try Fixture()
        fixture.settings.apiKeys = ["one", "two"]
        fixture.settings.rateLimit.requestsPerMinute = 1
        let transport = try fixture.transport()
        let first = try await transport.send(.get, "/v1/models", [.authorization: "Bearer one"])
        #expect(first.status == 200)
        #expect(first.field("x-ratelimit-limit-requests") == "1")
        #expect(first.field("x-ratelimit-remaining-requests") == "0")
        #expect(first.field("x-ratelimit-reset-requests") == "1m0s")
        let second = try await transport.send(.get, "/v1/models", [.authorization: "Bearer one"])
        #expect(second.status == 429)
        #expect(second.field("retry-after") == "60")
        #expect(second.field("x-ratelimit-remaining-requests") == "0")
        #expect(try second.error("type") == "rate_limit_exceeded")
        #expect(try await transport.send(.get, "/v1/models", [.authorization: "Bearer two"]).status == 200)
        #expect(try await transport.send(.get, "/v1/models", [.authorization: "Bearer three"]).status == 401)
        for _ in 0..<5 { #expect(try await transport.send(.get, "/health").status == 200) }
        fixture.clock.advance(60)
        #expect(try await transport.send(.get, "/v1/models", [.authorization: "Bearer one"]).status == 200)
    }
}

/// A request that a browser may have been made to send, and whether it is let in.
struct Visit: Sendable, CustomTestStringConvertible {
    var host: String?
    var origin: String?
    var proto: String?
    var method = HTTPRequest.Method.get
    var path = "/v1/models"
    var isLetIn: Bool

    var testDescription: String { "\(method) \(path) host \(host ?? "-") origin \(origin ?? "-") \(proto ?? "")" }

    func status(_ application: Application) async throws -> (status: Int, code: String, message: String) {
        var fields: HTTPFields = [:]
        if let origin { fields[.origin] = origin }
        if let proto { fields[.xForwardedProto] = proto }
        var request = try Transport.request(method, path, fields)
        request.head.authority = host
        let response = try await application.handler()(request)
        guard case .bytes(let bytes) = response.body else { return (response.status.code, "", "") }
        let answer = Answer(response, bytes, isCut: false)
        guard response.status.code >= 400 else { return (response.status.code, "", "") }
        return (answer.status, try answer.error("code"), try answer.error("message"))
    }
}

@Suite struct HostTests {
    static let visits = [
        Visit(host: "localhost", isLetIn: true), Visit(host: "LocalHost:8080", isLetIn: true), Visit(host: nil, isLetIn: true),
        Visit(host: "127.0.0.1:8080", isLetIn: true), Visit(host: "127.8.9.255", isLetIn: true),
        Visit(host: "[::1]:8080", isLetIn: true), Visit(host: "[::1]", isLetIn: true),
        Visit(host: "docs.example.com", isLetIn: true), Visit(host: "DOCS.example.com:443", isLetIn: true),
        Visit(host: "10.1.2.3:8080", isLetIn: true), Visit(host: "evil.example", isLetIn: false),
        Visit(host: "evil.example:8080", isLetIn: false), Visit(host: "127.0.0.1.evil.example", isLetIn: false),
        Visit(host: "127.evil.example.com", isLetIn: false), Visit(host: "127.0.0.256", isLetIn: false),
        Visit(host: "127.0.0.+1", isLetIn: false), Visit(host: "127.0.0.", isLetIn: false),
        Visit(host: "[::2]:80", isLetIn: true),
        Visit(host: "localhost.evil.example", isLetIn: false), Visit(host: "xdocs.example.com", isLetIn: false),
        Visit(host: "", isLetIn: false), Visit(host: "192.168.0.9", isLetIn: true),
        Visit(host: "evil.example", path: "/health", isLetIn: true),
        Visit(host: "evil.example", path: "/openapi.json", isLetIn: false),
        Visit(host: "evil.example", method: .post, path: "/v1/kb/sync", isLetIn: false),
        Visit(host: "evil.example", path: "/nothing", isLetIn: false),
    ]

    @Test(arguments: visits)
    func `without keys only numeric addresses and our own names are answered`(visit: Visit) async throws {
        var fixture = try Fixture()
        fixture.settings.host = "10.1.2.3"
        fixture.settings.publicURL = "https://docs.example.com/rag"
        let (status, code, message) = try await visit.status(fixture.application())
        #expect((status == 200) == visit.isLetIn, "\(status)")
        if !visit.isLetIn {
            #expect(status == 403 && code == "unknown_host")
            #expect(message.contains("OUTCROP_PUBLIC_URL") && message.contains("OUTCROP_API_KEYS"))
        }
    }

    @Test func `with keys, or told not to, any name will do`() async throws {
        let visit = Visit(host: "evil.example", isLetIn: true)
        var fixture = try Fixture()
        fixture.settings.checksHost = false
        #expect(try await visit.status(fixture.application()).status == 200)
        fixture.settings.checksHost = true
        fixture.settings.apiKeys = ["k"]
        #expect(try await visit.status(fixture.application()).status == 401)
    }

    @Test func `an IPv6 address counts in brackets only`() async throws {
        var fixture = try Fixture()
        fixture.settings.host = "fd00::1"
        #expect(try await Visit(host: "[fd00::1]:8080", isLetIn: true).status(fixture.application()).status == 200)
        #expect(try await Visit(host: "fd00", isLetIn: false).status(fixture.application()).status == 403)
    }
}

@Suite struct OriginTests {
    private static func visit(
        _ origin: String?, _ isLetIn: Bool, _ method: HTTPRequest.Method = .post, proto: String? = nil
    ) -> Visit {
        Visit(host: "localhost:8080", origin: origin, proto: proto, method: method, path: "/v1/kb/sync", isLetIn: isLetIn)
    }

    static let visits = [
        visit(nil, true), visit("http://localhost:8080", true), visit("HTTP://LOCALHOST:8080", true),
        visit("https://app.example.com", true), visit("https://docs.example.com", true),
        visit("https://localhost:8080", false), visit("https://localhost:8080", true, proto: "https"),
        visit("http://localhost:8080", false, proto: "https"), visit("http://localhost", false),
        visit("http://localhost:80800", false), visit("http://127.0.0.1:8080", false), visit("null", false), visit("", false),
        visit("https://evil.example", false), visit("https://app.example.com.evil.example", false),
        visit("https://app.example.com, https://app.example.com", false), visit("http://docs.example.com", false),
    ]

    @Test(arguments: visits, [[], ["key"]])
    func `a page of another origin changes nothing`(visit: Visit, keys: [String]) async throws {
        var fixture = try Fixture()
        fixture.settings.apiKeys = keys
        fixture.settings.corsOrigins = ["https://app.example.com"]
        fixture.settings.publicURL = "https://docs.example.com/rag"
        let (status, code, message) = try await visit.status(fixture.application())
        if visit.isLetIn {
            #expect(status == (keys.isEmpty ? 202 : 401))
        } else {
            #expect(status == 403 && code == "origin_not_allowed" && message.contains("OUTCROP_CORS_ORIGINS"))
            #expect(fixture.knowledge.state.withLock { $0.jobs.isEmpty })
        }
    }

    @Test func `reading, asking beforehand and every origin stay allowed`() async throws {
        var fixture = try Fixture()
        let evil = "https://evil.example"
        for method in [HTTPRequest.Method.get, .head, .options] {
            var visit = Self.visit(evil, true, method)
            visit.path = "/v1/models"
            #expect(try await visit.status(fixture.application()).status < 300)
        }
        for (method, path) in [(HTTPRequest.Method.delete, "/v1/documents/x"), (.post, "/v1/uploads"), (.patch, "/nothing")] {
            var visit = Self.visit(evil, false, method)
            visit.path = path
            #expect(try await visit.status(fixture.application()).status == 403)
        }
        fixture.settings.corsOrigins = ["*"]
        #expect(try await Self.visit(evil, true).status(fixture.application()).status == 202)
    }

    @Test(
        arguments: Transport.Kind.allCases,
        [("gzip", 415), ("identity", 202), ("Identity", 202), ("identity, gzip", 415), ("br", 415)])
    func `a coded body is refused`(kind: Transport.Kind, coding: (String, Int)) async throws {
        let answer = try await Fixture().transport(kind).post("/v1/kb/sync", "{}", [.contentEncoding: coding.0])
        #expect(answer.status == coding.1)
        if answer.status == 415 {
            #expect(try answer.error("code") == "unsupported_content_encoding")
            #expect(answer.field("accept-encoding") == "identity")
        }
    }
}

@Suite struct CrossOriginTests {
    private let origin: HTTPFields = [.origin: "https://app.example.com"]
    private let preflight: HTTPFields = [
        .origin: "https://app.example.com", .accessControlRequestMethod: "POST",
        .accessControlRequestHeaders: "authorization, x-stainless-os",
    ]

    @Test(arguments: Transport.Kind.allCases)
    func `is off by default`(kind: Transport.Kind) async throws {
        let transport = try Fixture().transport(kind)
        let answer = try await transport.send(.get, "/v1/models", origin)
        #expect(answer.field("access-control-allow-origin") == nil)
        let options = try await transport.send(.options, "/v1/models", preflight)
        #expect(options.status == 204)
        #expect(options.field("allow") == "GET, HEAD, OPTIONS")
        #expect(options.field("access-control-allow-origin") == nil)
    }

    @Test(arguments: Transport.Kind.allCases)
    func `a preflight needs no key, and errors can be read by the page too`(kind: Transport.Kind) async throws {
        var fixture = try Fixture()
        fixture.settings.corsOrigins = ["https://app.example.com"]
        fixture.settings.apiKeys = ["k"]
        let transport = try fixture.transport(kind)
        let options = try await transport.send(.options, "/v1/chat/completions", preflight)
        #expect(options.status == 204)
        #expect(options.field("access-control-allow-origin") == "https://app.example.com")
        #expect(options.field("access-control-allow-headers") == "authorization, x-stainless-os")
        #expect(options.field("access-control-allow-methods")?.contains("POST") == true)
        #expect(options.body.isEmpty)
        let refused = try await transport.send(.get, "/v1/models", origin)
        #expect(refused.status == 401)
        #expect(refused.field("access-control-allow-origin") == "https://app.example.com")
        #expect(refused.field("vary") == "Origin")
    }

    @Test(arguments: Transport.Kind.allCases)
    func `a page may read every field that an answer says something in`(kind: Transport.Kind) async throws {
        var fixture = try Fixture()
        fixture.settings.corsOrigins = ["https://app.example.com"]
        fixture.settings.rateLimit = RateLimit(requestsPerMinute: 60, tokensPerMinute: 1_000)
        let answer = try await fixture.transport(kind).post(
            "/v1/chat/completions", #"{"model":"outcrop-extractive","messages":[{"role":"user","content":"Where?"}]}"#, origin)
        #expect(answer.status == 200)
        let exposed = Set((answer.field("access-control-expose-headers") ?? "").split(separator: ", ").map(String.init))
        #expect(exposed.isSuperset(of: ["x-request-id", "retry-after"]))
        let said = answer.fields.map(\.name.canonicalName).filter { $0.hasPrefix("x-ratelimit-") || $0 == "server-timing" }
        #expect(said.count == 7)
        #expect(exposed.isSuperset(of: said))
    }

    @Test func `another origin gets no grant`() async throws {
        var fixture = try Fixture()
        fixture.settings.corsOrigins = ["https://app.example.com"]
        let answer = try await fixture.transport().send(.get, "/v1/models", [.origin: "https://evil.example.com"])
        #expect(answer.field("access-control-allow-origin") == nil)
        #expect(answer.field("vary") == "Origin")
    }

    @Test func `an origin that is none is refused at start`() throws {
        var fixture = try Fixture()
        fixture.settings.corsOrigins = ["app.example.com/path"]
        #expect(throws: (any Error).self) { try fixture.application() }
    }
}
