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
