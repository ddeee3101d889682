import Foundation
import HTTPTypes
import RAG
import Testing

@testable import OutcropServer

@Suite struct DescriptionTests {
    @Test func `openapi.json describes every route, and every route it describes is there`() async throws {
        let application = try Fixture().application()
        let answer = try await Transport(.handler, application).send(.get, "/openapi.json")
        #expect(answer.status == 200 && answer.field("content-type") == "application/json")
        let paths = try #require(try answer.json()["paths"] as? [String: [String: Any]])
        let described = Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
        let registered = application.routes.filter(\.isDocumented).map { route in
            let path = route.pattern.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }
            return "\(route.method.rawValue) /\(path.joined(separator: "/"))"
        }
        #expect(described == Set(registered))
        #expect(registered.count == Set(registered).count)
    }

    @Test func `openapi.json and the handlers agree on who needs a key`() async throws {
        let application = try Fixture().application()
        let paths = try #require(
            try await Transport(.handler, application).send(.get, "/openapi.json").json()["paths"]
                as? [String: [String: [String: Any]]])
        for route in application.routes where route.isDocumented {
            let path =
                "/"
                + route.pattern.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }.joined(
                    separator: "/")
            let security = paths[path]?[route.method.rawValue.lowercased()]?["security"] as? [Any]
            switch route.access {
            case .open, .policy: #expect(security?.isEmpty == true, "\(path)")
            case .key: #expect(security == nil, "\(path) takes the document's own")
            case .keyOrSignature: #expect(security?.count == 2, "\(path)")
            }
        }
    }

    @Test func `HEAD says what GET says on every route, without the body`() async throws {
        let fixture = try Fixture()
        _ = try fixture.knowledge.add("a.txt", [65], contentType: "text/plain")
        let application = try fixture.application()
        let transport = try Transport(.socket, application)
        for route in application.routes where route.method == .get {
            let path = route.pattern.replacing(":id", with: "doc_a.txt")
            let (get, head) = (try await transport.send(.get, path), try await transport.send(.head, path))
            #expect(get.status == head.status, "\(path)")
            #expect(!get.body.isEmpty && head.body.isEmpty, "\(path)")
            #expect(get.field("content-length") == head.field("content-length"), "\(path)")
        }
    }

    @Test(arguments: Transport.Kind.allCases)
    func `health tells the state from memory`(kind: Transport.Kind) async throws {
        var fixture = try Fixture()
        fixture.settings.apiKeys = ["k"]
        // Whatever would have to wait for the database fails here.
        fixture.knowledge.state.withLock { $0.failure = OutcropFailure(.internal, "asked the database") }
        let answer = try await fixture.transport(kind).send(.get, "/health")
        #expect(
            answer.text
                == #"{"status":"ok","version":"1.2.3","generation":3,"documents":2,"chunks":9,"model":"outcrop-extractive","embedding_model":"mini","notes":[]}"#
        )
        #expect(answer.field("cache-control") == "no-store")
    }

    @Test func `health shows what works less well`() async throws {
        var fixture = try Fixture()
        fixture.notes = ["no embedding model: full text only"]
        let health = try await fixture.transport().send(.get, "/health").json()
        #expect(health["status"] as? String == "degraded")
        #expect(health["notes"] as? [String] == fixture.notes)
    }

    @Test(arguments: Transport.Kind.allCases)
    func `HEAD is answered like GET without the body`(kind: Transport.Kind) async throws {
        let answer = try await Fixture().transport(kind).send(.head, "/health")
        #expect(answer.status == 200)
        if kind == .socket { #expect(answer.body.isEmpty) }
    }

    @Test func `the root says where to go`() async throws {
        let answer = try await Fixture().transport().send(.get, "/")
        #expect(answer.status == 200 && answer.text.contains("/openapi.json"))
    }
}

@Suite struct ModelTests {
    @Test(arguments: Transport.Kind.allCases)
    func `lists models and aliases`(kind: Transport.Kind) async throws {
        var fixture = try Fixture()
        fixture.settings.modelAliases = ["gpt-4o-mini": "default"]
        let answer = try await fixture.transport(kind).send(.get, "/v1/models")
        #expect(
            answer.text
                == #"{"object":"list","data":[{"id":"outcrop-extractive","object":"model","created":1790000000,"owned_by":"outcrop"},{"id":"gpt-4o-mini","object":"model","created":1790000000,"owned_by":"outcrop"}]}"#
        )
    }

    @Test(arguments: [
        ("outcrop-extractive", "outcrop-extractive"), ("gpt-4o-mini", "gpt-4o-mini"),
        (
            "arn:aws:bedrock:eu-west-1:1:inference-profile%2Feu.a.b-v1:0",
            "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.a.b-v1:0"
        ),
        (
            "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.a.b-v1:0",
            "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.a.b-v1:0"
        ),
        ("a%20b", "a b"),
    ])
    func `finds a model however its name is spelled in the path`(path: String, id: String) async throws {
        var fixture = try Fixture()
        fixture.generators += [
            NamedGenerator("arn:aws:bedrock:eu-west-1:1:inference-profile/eu.a.b-v1:0"), NamedGenerator("a b"),
        ]
        fixture.settings.modelAliases = ["gpt-4o-mini": "default"]
        let answer = try await fixture.transport().send(.get, "/v1/models/\(path)")
        #expect(answer.status == 200)
        #expect(try answer.json()["id"] as? String == id)
    }
}
