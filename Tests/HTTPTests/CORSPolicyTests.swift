import HTTPTypes
import Testing

@testable import HTTP

@Suite struct CORSPolicyTests {
    private static func request(_ method: HTTPRequest.Method, _ fields: HTTPFields) -> HTTPRequest {
        HTTPRequest(method: method, scheme: "http", authority: "a", path: "/", headerFields: fields)
    }

    private static func preflight(_ origin: String, headers: String? = nil) -> HTTPRequest {
        var fields: HTTPFields = [.origin: origin, .accessControlRequestMethod: "POST"]
        fields[.accessControlRequestHeaders] = headers
        return request(.options, fields)
    }

    @Test func `sends nothing when off`() throws {
        for policy in [CORSPolicy.off, try CORSPolicy(origins: [])] {
            #expect(!policy.isOn)
            #expect(policy.responseFields(Self.request(.get, [.origin: "https://a.example"])).isEmpty)
            #expect(policy.preflightFields(Self.preflight("https://a.example"), allow: [.get]) == nil)
        }
    }

    @Test(arguments: [
        "https://a.example", "https://A.example", "HTTPS://a.example", "http://localhost:3000", "http://[::1]:3000",
    ])
    func `grants a listed origin by its own name`(_ origin: String) throws {
        let policy = try CORSPolicy(origins: ["https://a.EXAMPLE", "http://localhost:3000", "http://[::1]:3000"])
        let fields = policy.responseFields(Self.request(.get, [.origin: origin]))
        #expect(fields[.accessControlAllowOrigin] == origin)
        #expect(fields[.vary] == "Origin")
        #expect(fields[.accessControlExposeHeaders] == nil)
        #expect(!fields.contains(.accessControlAllowCredentials))
    }

    @Test(arguments: [
        "https://b.example", "http://a.example", "https://a.example:8443", "https://a.example.evil", "https://evil-a.example",
        "null", "",
        "https://a.example/", "*", "https://a.example, https://b.example",
    ])
    func `grants no other origin`(_ origin: String) throws {
        let policy = try CORSPolicy(origins: ["https://a.example"])
        #expect(policy.responseFields(Self.request(.get, [.origin: origin])) == [.vary: "Origin"])
        let fields = try #require(policy.preflightFields(Self.preflight(origin), allow: [.get]))
        #expect(!fields.contains(.accessControlAllowOrigin) && !fields.contains(.accessControlAllowMethods))
    }

    @Test func `grants every origin with the asterisk`() throws {
        let policy = try CORSPolicy(origins: ["*"])
        let fields = policy.responseFields(Self.request(.get, [.origin: "null"]))
        #expect(fields[.accessControlAllowOrigin] == "*")
        #expect(!fields.contains(.vary))
        #expect(policy.responseFields(Self.request(.get, [:])).isEmpty)
    }

    @Test func `answers a preflight`() throws {
        let policy = try CORSPolicy(origins: ["https://a.example"])
        let request = Self.preflight("https://a.example", headers: "authorization,content-type")
        let fields = try #require(policy.preflightFields(request, allow: [.get, .post, .options]))
        #expect(fields[.accessControlAllowOrigin] == "https://a.example")
        #expect(fields[.accessControlAllowMethods] == "GET, POST, OPTIONS")
        #expect(fields[.accessControlAllowHeaders] == "authorization, content-type")
        #expect(fields[.accessControlMaxAge] == "600")
        #expect(fields[.vary]?.contains("Origin") == true)
    }

    @Test func `grants no header list that is none`() throws {
        let policy = try CORSPolicy(origins: ["*"])
        for headers in ["a b", "a, b:c", "\"a\"", String(repeating: "a,", count: 2_049)] {
            let fields = try #require(
                policy.preflightFields(Self.preflight("https://a.example", headers: headers), allow: [.get]))
            #expect(!fields.contains(.accessControlAllowOrigin), "\(headers.prefix(20))")
        }
    }

    @Test func `takes only OPTIONS with both fields for a preflight`() throws {
        let policy = try CORSPolicy(origins: ["*"])
        let both: HTTPFields = [.origin: "https://a.example", .accessControlRequestMethod: "POST"]
        #expect(policy.preflightFields(Self.request(.get, both), allow: [.get]) == nil)
        #expect(policy.preflightFields(Self.request(.options, [.origin: "https://a.example"]), allow: [.get]) == nil)
        #expect(policy.preflightFields(Self.request(.options, [.accessControlRequestMethod: "GET"]), allow: [.get]) == nil)
        #expect(policy.preflightFields(Self.request(.options, both), allow: [.get]) != nil)
    }

    @Test(arguments: [
        "a.example", "https://", "https://a.example/", "https://a.example/x", "https://*.example", "null", "", "://a", "https:/a",
    ])
    func `refuses a setting that is no origin`(_ origin: String) {
        #expect(throws: CORSPolicyError(origin: origin)) { try CORSPolicy(origins: [origin]) }
    }
}
