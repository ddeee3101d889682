import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

struct RetryTests {
    private static let call = ServiceCall(.bedrockRuntime, "Converse", path: "/model/m/converse", body: Array("{}".utf8))
    private static let ok = ScriptedTransport.Step.json(200, "{}")

    /// Sends `call` over a script and gives how often it went out, how long it waited, and how it ended.
    private static func run(
        _ steps: [ScriptedTransport.Step], urgency: ServiceCall.Urgency = .interactive, clock: ManualClock = ManualClock(),
        configure: (inout AWSClient.Configuration) -> Void = { _ in }
    ) async throws -> (sent: Int, sleeps: [Double], error: AWSError?) {
        let transport = ScriptedTransport(steps)
        let client = AWSClient.scripted(transport, clock: clock, configure: configure)
        var call = call
        call.urgency = urgency
        do {
            _ = try await client.bytes(of: call)
            return (transport.requests.count, clock.sleeps, nil)
        } catch let error as AWSError {
            return (transport.requests.count, clock.sleeps, error)
        }
    }

    static let curable: [ScriptedTransport.Step] = [
        .service(500, "InternalServerException"), .service(503, "ServiceUnavailableException"), .json(502, "<html>"),
        .json(504, ""),
        .service(429, "ThrottlingException"), .service(400, "ThrottlingException"), .service(429, "ModelNotReadyException"),
        .service(400, "TooManyRequestsException"), .service(503, "SlowDown"), .service(400, "RequestTimeout"),
        .service(408, "RequestTimeoutException"), .json(429, "slow down"), .service(400, "LimitExceededException"),
        .fail(.resolve, .connect), .fail(.connect, .connect), .fail(.tls, .connect), .fail(.proxy, .connect), .fail(.send),
        .fail(.receive, .firstByte), .fail(.connectTimeout, .connect), .fail(.truncated, .body),
    ]

    @Test(arguments: curable.indices)
    func `retries what another attempt may cure`(_ index: Int) async throws {
        let interactive: [ScriptedTransport.Step] = [Self.curable[index], Self.ok]
        let isTimeout = if case .fail(let error) = Self.curable[index] { error.code == .connectTimeout } else { false }
        let result = try await Self.run(interactive, urgency: isTimeout ? .ingestion : .interactive)
        #expect(result.sent == 2)
        #expect(result.error == nil)
    }

    static let incurable: [ScriptedTransport.Step] = [
        .service(400, "ValidationException"), .service(403, "AccessDeniedException"), .service(404, "ResourceNotFoundException"),
        .service(408, "ModelTimeoutException"), .service(424, "ModelErrorException"),
        .service(400, "ServiceQuotaExceededException"),
        .service(409, "ConflictException"), .json(301, ""), .json(501, ""), .json(404, "<html>"), .fail(.unavailable),
        .fail(.invalidRequest), .fail(.protocolViolation), .fail(.tooLarge), .fail(.closed), .fail(.overloaded),
        .fail(.totalTimeout),
    ]

    @Test(arguments: incurable.indices)
    func `does not retry what another attempt would not cure`(_ index: Int) async throws {
        let result = try await Self.run([Self.incurable[index], Self.ok], urgency: .ingestion)
        #expect(result.sent == 1)
        #expect(result.error != nil)
        #expect(result.sleeps.isEmpty)
    }

    @Test func `gives up after the attempts that are allowed`() async throws {
        let steps = Array(repeating: ScriptedTransport.Step.service(429, "ThrottlingException"), count: 9)
        let three = try await Self.run(steps)
        #expect(three.sent == 3)
        #expect(three.sleeps == [0.025, 0.05])
        #expect(three.error?.serviceCode == "ThrottlingException")
        #expect(three.error?.status == 429)
        #expect(three.error?.operation == "bedrock-runtime Converse")
        #expect(try await Self.run(steps) { $0.attemptsMax = 1 }.sent == 1)
        #expect(try await Self.run(steps, urgency: .ingestion) { $0.attemptsMax = 6 }.sleeps == [0.5, 1, 2, 4, 8])
    }

    @Test func `a wait is random below a ceiling that doubles up to 20 seconds`() {
        let ceilings = (0..<8).map { RetrySession.Backoff.ingestion.seconds(retry: $0, random: 1) }
        #expect(ceilings == [1, 2, 4, 8, 16, 20, 20, 20])
        #expect(RetrySession.Backoff.interactive.seconds(retry: 1_000_000, random: 0.5) == 10)
        #expect(RetrySession.Backoff.interactive.seconds(retry: 2, random: 0) == 0)
    }

    @Test func `no retry goes out after the budget`() async throws {
        let clock = ManualClock()
        let slow = ScriptedTransport.Step.after({ clock.advance(0.4) }, .service(503, "ServiceUnavailableException"))
        let result = try await Self.run([slow, slow, slow, Self.ok], clock: clock) { $0.attemptsMax = 10 }
        // 0.4 + 0.025, and then 0.825 would be spent before the second wait.
        #expect(result.sent == 2)
        #expect(result.sleeps == [0.025])
        let ingestion = try await Self.run([slow, slow, slow, Self.ok], urgency: .ingestion, clock: clock) { $0.attemptsMax = 10 }
        #expect(ingestion.error == nil)
        let steps = Array(repeating: ScriptedTransport.Step.service(503, "SlowDown"), count: 100)
        let long = try await Self.run(steps, urgency: .ingestion) { $0.attemptsMax = 100 }
        #expect(long.sleeps.reduce(0, +) <= 60)
        #expect(long.sleeps == [0.5, 1, 2, 4, 8, 10, 10, 10, 10])
    }

    @Test func `a Retry-After within the budget is kept, one beyond it ends the call`() async throws {
        let short = ScriptedTransport.Step.service(429, "ThrottlingException", headers: [.amzRetryAfter: "300"])
        #expect(try await Self.run([short, Self.ok]).sleeps == [0.3])
        let long = ScriptedTransport.Step.service(429, "ThrottlingException", headers: [.retryAfter: "7"])
        let ended = try await Self.run([long, Self.ok])
        #expect(ended.sent == 1)
        #expect(ended.sleeps.isEmpty)
        #expect(ended.error?.retryAfterSeconds == 7)
        #expect(try await Self.run([long, Self.ok], urgency: .ingestion).sleeps == [7])
    }

    @Test func `a deadline that was hit is not waited for twice by someone who waits`() async throws {
        for code in [HTTPClientError.Code.firstByteTimeout, .idleTimeout, .connectTimeout] {
            let interactive = try await Self.run([.fail(code, .firstByte), Self.ok])
            #expect(interactive.sent == 1)
            #expect(interactive.error?.transport?.code == code)
            #expect(try await Self.run([.fail(code, .firstByte), Self.ok], urgency: .ingestion).error == nil)
        }
    }

    @Test func `the quota pays retries and success gives back`() async throws {
        let transport = ScriptedTransport([
            .service(500, "InternalServerException"), .fail(.firstByteTimeout), Self.ok, Self.ok, .json(500, ""), .json(500, ""),
            .json(500, ""),
        ])
        let client = AWSClient.scripted(transport)
        var call = Self.call
        call.urgency = .ingestion
        func available() -> Int { client.quota.available(for: .bedrockRuntime) }
        _ = try await client.bytes(of: call)
        // 5 and 10 were taken, the last 10 given back.
        #expect(available() == 495)
        _ = try await client.bytes(of: call)
        #expect(available() == 496)
        await #expect(throws: AWSError.self) { try await client.bytes(of: call) }
        #expect(available() == 486)
        #expect(client.quota.available(for: .bedrock) == 500)
    }

    @Test func `an empty quota ends retrying, for its service alone`() async throws {
        let quota = RetryQuota()
        for _ in 0..<100 { #expect(quota.take(RetryQuota.retryCost, for: .bedrockRuntime)) }
        #expect(!quota.take(RetryQuota.retryCost, for: .bedrockRuntime))
        #expect(quota.take(RetryQuota.retryCost, for: .bedrockAgent))
        let error = AWSError(.service, operation: "", message: "", serviceCode: "ThrottlingException", status: 429)
        var session = RetrySession(.interactive, configuration: .init(endpoints: EndpointResolver(environment: [:])))
        session.attemptStarts(0)
        #expect(session.decide(error, nowSeconds: 0, random: 0, quota: quota, service: .bedrockRuntime) == .giveUp)
        for _ in 0..<1_000 { quota.giveBack(1, for: .bedrockRuntime) }
        #expect(quota.available(for: .bedrockRuntime) == RetryQuota.capacity)
    }

    @Test func `a body that breaks off is fetched again, the head of a stream is not`() async throws {
        let cut = HTTPClientError(.truncated, phase: .body, host: "test", message: "cut")
        let broken = ScriptedTransport.Step.broken(status: 200, headers: [:], pieces: [[1, 2]], cut)
        let transport = ScriptedTransport([broken, Self.ok])
        #expect(try await AWSClient.scripted(transport).bytes(of: Self.call) == Array("{}".utf8))
        let stream = ScriptedTransport([broken, Self.ok])
        let response = try await AWSClient.scripted(stream).open(Self.call)
        await #expect(throws: HTTPClientError.self) { for try await _ in response.body {} }
        #expect(stream.requests.count == 1)
    }

    @Test func `a body longer than accepted is malformed and not fetched again`() async throws {
        let transport = ScriptedTransport([.json(200, "123456"), .json(200, "12345")])
        let client = AWSClient.scripted(transport)
        let error = await #expect(throws: AWSError.self) { try await client.bytes(of: Self.call, bytesMax: 5) }
        #expect(error?.code == .malformedResponse)
        #expect(try await client.bytes(of: Self.call, bytesMax: 5).count == 5)
    }

    @Test func `cancellation ends a wait and is no error of AWS`() async throws {
        let transport = ScriptedTransport([.json(500, ""), Self.ok])
        let started = AsyncStream<Void>.makeStream()
        var clock = ManualClock().clock
        clock.sleep = { _ in
            started.continuation.yield()
            try await untilCancelled()
        }
        let client = AWSClient(
            AWSClient.Configuration(endpoints: EndpointResolver(environment: ["AWS_REGION": "us-east-1"])), transport: transport,
            credentials: StaticCredentials(.example), clock: clock, logger: .init(label: "test"))
        let task = Task { try await client.bytes(of: Self.call) }
        for await _ in started.stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(transport.requests.count == 1)
        #expect(client.quota.available(for: .bedrockRuntime) == RetryQuota.capacity, "what was not sent costs nothing")
    }

    @Test func `each attempt is signed for its own time and sends the same body`() async throws {
        let clock = ManualClock(random: 0.9)
        let transport = ScriptedTransport([.json(500, ""), .json(500, ""), Self.ok])
        var call = Self.call
        call.urgency = .ingestion
        _ = try await AWSClient.scripted(transport, clock: clock).bytes(of: call)
        #expect(
            transport.requests.map { $0.headerFields[.amzDate] } == ["20231114T221320Z", "20231114T221320Z", "20231114T221322Z"])
        #expect(Set(transport.requests.map(\.body)).count == 1)
    }

    @Test func `errors of transfers are told apart, and those of our own making are never retried`() {
        let codes: [HTTPClientError.Code] = [.resolve, .connectTimeout, .closed]
        let kinds = codes.map { code -> RetryKind? in
            let cause = HTTPClientError(code, phase: .connect, host: "h", message: "")
            return RetryKind(AWSError(.transport, operation: "", message: "", transport: cause))
        }
        #expect(kinds == [.transient, .timeout, nil])
        for code in [AWSError.Code.credentials, .configuration, .malformedResponse] {
            #expect(RetryKind(AWSError(code, operation: "", message: "", status: 500)) == nil)
        }
    }
}
