import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

struct AuthorizationTests {
    private static let call = ServiceCall(.bedrockRuntime, "Converse", path: "/model/m/converse", body: Array("{}".utf8))
    private static let ok = ScriptedTransport.Step.json(200, "{}")
    /// 22:33:20, twenty minutes after the manual clock's time.
    private static let later: HTTPFields = [.date: "Tue, 14 Nov 2023 22:33:20 GMT"]

    @Test func `a refusal that the clock explains corrects it once and for all calls`() async throws {
        for code in [
            "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "RequestTimeTooSkewed", "RequestExpired",
        ] {
            let clock = ManualClock()
            let transport = ScriptedTransport([.service(403, code, headers: Self.later), Self.ok, Self.ok])
            let client = AWSClient.scripted(transport, clock: clock)
            _ = try await client.bytes(of: Self.call)
            _ = try await client.bytes(of: Self.call)
            let dates = transport.requests.map { $0.headerFields[.amzDate] }
            #expect(dates == ["20231114T221320Z", "20231114T223320Z", "20231114T223320Z"], "\(code)")
            #expect(clock.sleeps.isEmpty)
        }
    }

    @Test func `a second refusal is the answer`() async throws {
        let evenLater: HTTPFields = [.date: "Tue, 14 Nov 2023 23:33:20 GMT"]
        let transport = ScriptedTransport([
            .service(403, "InvalidSignatureException", headers: Self.later),
            .service(403, "InvalidSignatureException", headers: evenLater), Self.ok,
        ])
        let error = await #expect(throws: AWSError.self) { try await AWSClient.scripted(transport).bytes(of: Self.call) }
        #expect(error?.serviceCode == "InvalidSignatureException")
        #expect(transport.requests.count == 2)
    }

    static let innocent: [HTTPFields] = [
        [:], [.date: "Tue, 14 Nov 2023 22:13:20 GMT"], [.date: "Tue, 14 Nov 2023 22:17:20 GMT"], [.date: "yesterday"],
        // More than a day off, and the ends of what a date can say.
        [.date: "Wed, 15 Nov 2023 22:13:21 GMT"], [.date: "Mon, 13 Nov 2023 22:13:19 GMT"],
        [.date: "Fri, 31 Dec 9999 23:59:60 GMT"],
        [.date: "Sat, 01 Jan 0000 00:00:00 GMT"],
    ]

    @Test(arguments: innocent)
    func `a refusal that the clock does not explain is the answer`(_ headers: HTTPFields) async throws {
        let transport = ScriptedTransport([.service(403, "SignatureDoesNotMatch", headers: headers), Self.ok])
        await #expect(throws: AWSError.self) { try await AWSClient.scripted(transport).bytes(of: Self.call) }
        #expect(transport.requests.count == 1)
    }

    @Test func `a date far away without a refusal changes nothing`() async throws {
        let transport = ScriptedTransport([.service(400, "ValidationException", headers: Self.later), Self.ok])
        let client = AWSClient.scripted(transport)
        await #expect(throws: AWSError.self) { try await client.bytes(of: Self.call) }
        #expect(client.skew.offsetSeconds == 0)
    }

    @Test func `refused credentials are renewed once`() async throws {
        let renewed = Credentials(accessKeyID: "AKIDRENEWED", secretAccessKey: "other", sessionToken: "new")
        for code in ["ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"] {
            let transport = ScriptedTransport([.service(403, code), Self.ok])
            let provider = RotatingCredentials([.example, renewed])
            _ = try await AWSClient.scripted(transport, credentials: provider).bytes(of: Self.call)
            #expect(transport.requests.map { $0.headerFields[.securityToken] } == ["token", "new"], "\(code)")
            #expect(provider.refused == [.example])
        }
        let stubborn = ScriptedTransport([.service(403, "ExpiredToken"), .service(403, "ExpiredToken"), Self.ok])
        let provider = RotatingCredentials([.example, renewed, .example])
        let client = AWSClient.scripted(stubborn, credentials: provider)
        await #expect(throws: AWSError.self) { try await client.bytes(of: Self.call) }
        #expect(stubborn.requests.count == 2)
    }

    @Test func `the same keys with a new expiry are not tried again`() async throws {
        var extended = Credentials.example
        extended.expiration = 1_800_000_000
        let transport = ScriptedTransport([.service(403, "ExpiredToken"), Self.ok])
        let client = AWSClient.scripted(transport, credentials: RotatingCredentials([.example, extended]))
        await #expect(throws: AWSError.self) { try await client.bytes(of: Self.call) }
        #expect(transport.requests.count == 1)
    }

    @Test func `credentials that stay the same are not tried again`() async throws {
        let transport = ScriptedTransport([.service(403, "ExpiredTokenException"), Self.ok])
        let error = await #expect(throws: AWSError.self) { try await AWSClient.scripted(transport).bytes(of: Self.call) }
        #expect(error?.serviceCode == "ExpiredTokenException")
        #expect(transport.requests.count == 1)
    }

    @Test func `a bearer token stands in for a signature where it may`() async throws {
        let transport = ScriptedTransport([Self.ok, Self.ok, Self.ok])
        let client = AWSClient.scripted(transport) { $0.bearerToken = "bedrock-api-key-x" }
        for service in [AWSService.bedrockRuntime, .bedrock, .bedrockAgentRuntime] {
            _ = try await client.bytes(of: ServiceCall(service, "Op", path: "/x"))
        }
        let sent = transport.requests.map(\.headerFields)
        #expect(sent[0][.authorization] == "Bearer bedrock-api-key-x")
        #expect(sent[1][.authorization] == "Bearer bedrock-api-key-x")
        for headers in sent.prefix(2) {
            #expect(headers[.amzDate] == nil)
            #expect(headers[.securityToken] == nil)
        }
        #expect(sent[2][.authorization]?.hasPrefix("AWS4-HMAC-SHA256 ") == true)
    }

    @Test(arguments: ["s3cr3t\n", "s3cr3t x", "s3cr3t\r\nX-Evil: 1", "s3crét"])
    func `a bearer token that no header field can hold is refused, untold`(token: String) async throws {
        let transport = ScriptedTransport([Self.ok])
        let client = AWSClient.scripted(transport) { $0.bearerToken = token }
        let error = await #expect(throws: AWSError.self) { try await client.bytes(of: Self.call) }
        #expect(error?.code == .credentials)
        #expect(error?.message.contains("AWS_BEARER_TOKEN_BEDROCK") == true)
        #expect(error?.message.contains("s3cr") == false)
        #expect(transport.requests.isEmpty)
    }

    @Test func `a bearer token needs no credentials, and a refused one is not sent again`() async throws {
        struct NoCredentials: CredentialsProvider {
            func credentials() async throws -> Credentials { throw AWSError(.credentials, operation: "", message: "none") }
            func invalidate(_ refused: Credentials) async {}
        }
        let transport = ScriptedTransport([Self.ok, .service(403, "ExpiredTokenException"), Self.ok])
        let client = AWSClient.scripted(transport, credentials: NoCredentials()) { $0.bearerToken = "t" }
        _ = try await client.bytes(of: Self.call)
        await #expect(throws: AWSError.self) { try await client.bytes(of: Self.call) }
        #expect(transport.requests.count == 2)
        let error = await #expect(throws: AWSError.self) {
            try await client.bytes(of: ServiceCall(.bedrockAgent, "Op", path: "/x"))
        }
        #expect(error?.code == .credentials)
    }

    @Test(arguments: ["", ".", ".."])
    func `an id that would change the path is refused before anything is sent`(id: String) async throws {
        let transport = ScriptedTransport([Self.ok])
        let client = AWSClient.scripted(transport)
        let request = ConverseRequest(messages: [])
        let calls: [() async throws -> Void] = [
            { _ = try await BedrockRuntime(client).converse(request, modelID: id) },
            { _ = try await BedrockRuntime(client).converseStream(request, modelID: id) },
            { _ = try await BedrockRuntime(client).invokeModel([], modelID: id) },
            { _ = try await BedrockRuntime(client).countTokens(request, modelID: id) },
            { _ = try await BedrockRuntime(client).applyGuardrail("g", version: id, to: [], source: .input) },
            { _ = try await BedrockAgentRuntime(client).retrieve("q", knowledgeBaseID: id, resultsMax: 1) },
            { _ = try await BedrockAgent(client).startIngestionJob(knowledgeBaseID: "k", dataSourceID: id) },
        ]
        for call in calls {
            let error = await #expect(throws: AWSError.self) { try await call() }
            #expect(error?.code == .configuration)
        }
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: [
        ("..a", "..a"), ("...", "..."), ("%2e%2e", "%252e%252e"), ("a/../b", "a%2F..%2Fb"), ("a?b#c", "a%3Fb%23c"),
        ("ü\u{0}", "%C3%BC%00"),
        ("\\..\\", "%5C..%5C"), (String(repeating: "m", count: 2_048), String(repeating: "m", count: 2_048)),
    ])
    func `an odd id is one segment of the path`(id: String, segment: String) async throws {
        let transport = ScriptedTransport([Self.ok])
        _ = try await BedrockRuntime(.scripted(transport)).invokeModel([], modelID: id)
        #expect(transport.requests.map(\.url) == ["https://bedrock-runtime.us-east-1.amazonaws.com/model/\(segment)/invoke"])
    }

    @Test func `queries are encoded and keep their order`() async throws {
        let transport = ScriptedTransport([Self.ok])
        let call = ServiceCall(
            .bedrock, "Op", method: .get, path: "/a%2Fb", query: [("z", "a b&c=d/é"), ("empty", ""), ("a+b", "~")])
        _ = try await AWSClient.scripted(transport).bytes(of: call)
        let sent = try #require(transport.requests.first)
        #expect(sent.url == "https://bedrock.us-east-1.amazonaws.com/a%2Fb?z=a%20b%26c%3Dd%2F%C3%A9&empty=&a%2Bb=~")
        #expect(sent.headerFields[.contentType] == nil)
        #expect(sent.headerFields[.accept] == "application/json")
    }
}
