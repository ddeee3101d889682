import HTTPTypes
import Testing

@testable import HTTP

@Suite struct RouterTests {
    private static func router() -> Router {
        var router = Router()
        let handler: Handler = { _ in ServerResponse(status: .ok) }
        router.on(.get, "/", handler)
        router.on(.get, "/v1/documents/:id", handler)
        router.on(.delete, "/v1/documents/:id", handler)
        router.on(.get, "/v1/documents/:id/content", handler)
        router.on(.get, "/v1/:kind/:id/:part", handler)
        router.on(.post, "/v1/documents/upload", handler)
        router.on(.get, "/v1/documents", handler)
        router.on(.post, "/v1/documents", handler)
        return router
    }

    /// What a match says in one line: the pattern with its parameters, the methods allowed, or nothing.
    private static func answer(_ method: HTTPRequest.Method, _ target: String) throws -> String {
        switch router().match(method, try RequestTarget(target).segments) {
        case .handler(_, let parameters, let pattern):
            ([pattern] + parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
        case .methodNotAllowed(let allow): "405 " + allow.map(\.rawValue).joined(separator: ",")
        case .notFound: "404"
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/", "/"), (.get, "/v1/documents", "/v1/documents"), (.post, "/v1/documents", "/v1/documents"),
        (.get, "/v1/documents/x", "/v1/documents/:id id=x"), (.get, "/v1/documents/a%2Fb", "/v1/documents/:id id=a/b"),
        (.get, "/v1/documents/:id", "/v1/documents/:id id=:id"), (.post, "/v1/documents/upload", "/v1/documents/upload"),
        (.get, "/v1/documents/x/content", "/v1/documents/:id/content id=x"),
        (.get, "/v1/documents/x/other", "/v1/:kind/:id/:part id=x kind=documents part=other"),
        (.get, "/v1/files/x/content", "/v1/:kind/:id/:part id=x kind=files part=content"),
        (.head, "/v1/documents", "/v1/documents"), (.head, "/v1/documents/x", "/v1/documents/:id id=x"),
    ])
    func `finds the most literal path`(_ method: HTTPRequest.Method, _ target: String, _ expected: String) throws {
        #expect(try Self.answer(method, target) == expected)
    }

    @Test(arguments: [
        (HTTPRequest.Method.put, "/v1/documents", "405 GET,POST,HEAD,OPTIONS"),
        (.options, "/v1/documents", "405 GET,POST,HEAD,OPTIONS"), (.get, "/v1/documents/upload", "405 POST,OPTIONS"),
        (.head, "/v1/documents/upload", "405 POST,OPTIONS"), (.post, "/v1/documents/x", "405 GET,DELETE,HEAD,OPTIONS"),
        (.init("get")!, "/", "405 GET,HEAD,OPTIONS"),
    ])
    func `names the methods of a path that exists`(_ method: HTTPRequest.Method, _ target: String, _ expected: String) throws {
        #expect(try Self.answer(method, target) == expected)
    }

    @Test(arguments: [
        "/v1", "/v1/", "/v1/documents/", "/v1/documents//content", "/v1/documents/x/", "/v1/documents/x/content/",
        "//v1/documents",
        "/V1/documents", "/v1/documents/x/y/z", "/v1%2Fdocuments",
    ])
    func `finds nothing for another path`(_ target: String) throws {
        #expect(try Self.answer(.get, target) == "404")
    }

    @Test func `prefers a HEAD handler of its own`() async throws {
        var router = Router()
        router.on(.get, "/a") { _ in ServerResponse(status: .ok) }
        router.on(.head, "/a") { _ in ServerResponse(status: .noContent) }
        guard case .handler(let handler, _, _) = router.match(.head, ["a"]) else {
            Issue.record("HEAD /a is not found")
            return
        }
        let request = ServerRequest(
            head: HTTPRequest(method: .head, scheme: "http", authority: "a", path: "/a"), id: "1",
            peer: PeerAddress(host: "127.0.0.1", port: 1, isLoopback: true), target: try RequestTarget("/a"), body: .empty)
        #expect(try await handler(request).status == .noContent)
    }

    @Test func `lists its routes in the order given`() {
        let routes = Self.router().routes.map { "\($0.method) \($0.pattern)" }
        #expect(routes.first == "GET /")
        #expect(routes.count == 8)
        #expect(routes.last == "POST /v1/documents")
    }

    @Test func `refuses the same route twice`() async {
        await #expect(processExitsWith: .failure) {
            var router = Router()
            router.on(.get, "/a/:b") { _ in ServerResponse(status: .ok) }
            router.on(.get, "/a/:c") { _ in ServerResponse(status: .ok) }
        }
    }
}
