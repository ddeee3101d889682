import HTTPClient
import HTTPTypes
import Logging
import Synchronization
import Testing

@testable import AWS

struct ServiceErrorTests {
    struct Row: Sendable {
        var headers: HTTPFields = [:]
        var body: String
        var code: String?
        var message: String?
    }

    static let rows: [Row] = [
        Row(
            headers: [.errorType: "ValidationException"], body: #"{"message":"bad"}"#, code: "ValidationException", message: "bad"
        ),
        Row(
            headers: [.errorType: "ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral.availability/"],
            body: #"{"Message":"slow"}"#, code: "ThrottlingException", message: "slow"),
        Row(headers: [.errorType: "com.amazonaws.bedrock#AccessDeniedException"], body: "{}", code: "AccessDeniedException"),
        Row(
            body: #"{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"m"}"#,
            code: "UnrecognizedClientException", message: "m"),
        Row(body: #"{"__type":"a.b#FooError:http://x/y#z"}"#, code: "FooError"),
        Row(body: #"{"code":"ExpiredToken","errorMessage":"m"}"#, code: "ExpiredToken", message: "m"),
        Row(body: #"{"Code":"X","code":5}"#, code: "X"),
        Row(body: #"{"__type":5,"code":null,"message":{"a":1}}"#),
        Row(headers: [.errorType: "Header"], body: #"{"__type":"Body"}"#, code: "Header"),
        Row(headers: [.errorType: " <b>"], body: ""), Row(headers: [.errorType: ":"], body: "[]"),
        Row(headers: [.errorType: String(repeating: "a", count: 129)], body: "null"),
        Row(body: "<html><body><h1>502 Bad Gateway</h1></body></html>"), Row(body: #"{"message":"cut of"#),
        Row(body: "\u{0}\u{FF}"),
    ]

    @Test(arguments: rows.indices)
    func `reads whatever comes as an error`(_ index: Int) async throws {
        let row = Self.rows[index]
        var headers = row.headers
        headers[.requestID] = "id-1"
        headers[.contentType] = "text/odd"
        let client = AWSClient.scripted(ScriptedTransport([.json(418, row.body, headers: headers)])) { $0.attemptsMax = 1 }
        let error = await #expect(throws: AWSError.self) { try await client.open(ServiceCall(.bedrock, "Op", path: "/")) }
        #expect(error?.code == .service)
        #expect(error?.status == 418)
        #expect(error?.requestID == "id-1")
        #expect(error?.serviceCode == row.code)
        let standIn = row.code.map { "\($0) without a message" } ?? "HTTP status 418 with a body of type text/odd"
        #expect(error?.message.hasPrefix(row.message ?? standIn) == true, "\(error?.message ?? "")")
    }

    @Test func `an error's body that comes in drips is not waited for`() async {
        let pieces = Mutex([[UInt8]("{".utf8), Array("\"a".utf8)][...])
        let dripping = ClientResponseBody {
            if let piece = pieces.withLock({ $0.popFirst() }) { return piece }
            // As a transfer does: until it is cancelled.
            try await untilCancelled()
            return nil
        }
        #expect(await dripping.errorBytes(within: .milliseconds(1)).count <= 3)
    }

    @Test func `an answer that is read whole has a deadline for all of it`() async throws {
        let unlimited = Deadlines(firstByte: nil)
        let rows: [(Deadlines, Duration?)] = [
            (Deadlines(), .seconds(120)), (Deadlines(firstByte: .seconds(300)), .seconds(360)),
            (Deadlines(total: .seconds(2)), .seconds(2)), (unlimited, nil),
        ]
        for (deadlines, total) in rows {
            let transport = ScriptedTransport([.json(200, "{}"), .json(200, "{}")])
            let client = AWSClient.scripted(transport)
            let call = ServiceCall(.bedrock, "Op", path: "/", deadlines: deadlines)
            _ = try await client.bytes(of: call)
            _ = try await client.open(call)
            #expect(transport.requests.map(\.deadlines.total) == [total, deadlines.total])
        }
    }

    @Test func `an error that quotes what the request carried is told without it`() async throws {
        for (token, headers) in [
            ("bedrock-api-key-s3cr3t", "Authorization: Bearer bedrock-api-key-s3cr3t"), (nil, "token s3cr3t"),
        ] {
            let text = #"{"message":"'s3cr3t' is no key=value pair in \#(headers)"}"#
            let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "0123456789", sessionToken: "s3cr3t")
            let client = AWSClient.scripted(
                ScriptedTransport([.json(403, text, headers: [.errorType: "IncompleteSignature"])]),
                credentials: StaticCredentials(credentials)
            ) { $0.bearerToken = token }
            let error = await #expect(throws: AWSError.self) {
                try await client.bytes(of: ServiceCall(.bedrock, "Op", path: "/"))
            }
            let message = try #require(error?.message)
            #expect(message.hasSuffix(token == nil ? "in token ..." : "in Authorization: Bearer ..."))
            #expect(!message.contains(token ?? "s3cr3t"))
        }
    }

    @Test func `an error's body is read up to a limit, and one that breaks off is enough`() async throws {
        let call = ServiceCall(.bedrock, "Op", path: "/")
        let taken = Mutex(0)
        let endless = ClientResponseBody {
            taken.withLock { $0 += 1 }
            return Array(repeating: 0x20, count: 1_000)
        }
        #expect(await endless.errorBytes().count == ClientResponseBody.errorBytesMax)
        #expect(taken.withLock { $0 } == 66)
        let cut = HTTPClientError(.truncated, phase: .body, host: "h", message: "cut")
        let headers: HTTPFields = [.errorType: "ValidationException"]
        let transport = ScriptedTransport([.broken(status: 400, headers: headers, pieces: [Array(#"{"mess"#.utf8)], cut)])
        let error = await #expect(throws: AWSError.self) { try await AWSClient.scripted(transport).open(call) }
        #expect(error?.serviceCode == "ValidationException")
    }

    @Test func `long messages are shortened`() {
        let body = #"{"message":"\#(String(repeating: "é", count: 50_000))"}"#
        let message = ServiceErrorBody(status: 400, headerFields: [:], body: Array(body.utf8), secrets: []).message
        #expect(message?.unicodeScalars.count == ServiceErrorBody.messageScalarsMax + 1)
    }

    @Test func `a refused signature's message does not repeat what was signed`() {
        let body =
            #"{"message":"The request signature does not match.\n\nThe Canonical String should have been\nx-amz-security-token:SECRET"}"#
        for code in ["InvalidSignatureException", "SignatureDoesNotMatch"] {
            let error = ServiceErrorBody(status: 403, headerFields: [.errorType: code], body: Array(body.utf8), secrets: [])
            #expect(error.message == "The request signature does not match.")
        }
    }

    static let retryAfters: [(HTTPFields, Double?)] = [
        ([:], nil), ([.retryAfter: "0"], 0), ([.retryAfter: "120"], 120), ([.retryAfter: "-1"], nil), ([.retryAfter: "1.5"], nil),
        ([.retryAfter: "soon"], nil), ([.retryAfter: "99999999999999999999"], nil),
        ([.retryAfter: "Tue, 14 Nov 2023 22:13:30 GMT"], 10), ([.retryAfter: "Tue, 14 Nov 2023 22:13:10 GMT"], 0),
        ([.amzRetryAfter: "1500"], 1.5), ([.amzRetryAfter: "1500", .retryAfter: "9"], 1.5),
        ([.amzRetryAfter: "x", .retryAfter: "9"], 9),
    ]

    @Test(arguments: retryAfters)
    func `Retry-After in each of its forms`(_ row: (HTTPFields, Double?)) {
        let body = ServiceErrorBody(status: 429, headerFields: row.0, body: [], secrets: [])
        #expect(body.retryAfterSeconds(unixSeconds: 1_700_000_000) == row.1)
    }

    static let dates: [(String, Double?)] = [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200), ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
        ("Wed, 31 Dec 1969 23:59:59 GMT", -1), ("Mon, 01 Jan 9999 00:00:00 GMT", 253_370_764_800), ("", nil),
        ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("Sun Nov  6 08:49:37 1994", nil), ("Sun, 06 Nov 1994 08:49:37 UTC", nil),
        ("Sun, 6 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:49:37 GMT", nil), ("Sun, 06 nov 1994 08:49:37 GMT", nil),
        ("Sun, 00 Nov 1994 08:49:37 GMT", nil), ("Sun, 32 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49 GMT", nil),
        ("Sun, 06 Nov 1994 08:49:37 GMT ", nil), ("Sun, +6 Nov 1994 08:49:37 GMT", nil), ("Sun, ٠٦ Nov 1994 08:49:37 GMT", nil),
    ]

    @Test(arguments: dates)
    func `dates of HTTP in the form that may be sent`(_ row: (String, Double?)) {
        #expect(HTTPDate.unixSeconds(row.0) == row.1)
    }

    @Test func `a retry is one debug line without anything secret`() async throws {
        let lines = LogLines()
        var logger = Logger(label: "test") { _ in lines.handler }
        logger.logLevel = .debug
        let transport = ScriptedTransport([
            .service(429, "ThrottlingException"),
            .service(403, "RequestExpired", headers: [.date: "Tue, 14 Nov 2023 23:13:20 GMT"]), .fail(.receive, .firstByte),
            .json(200, "{}"),
        ])
        _ = try await AWSClient.scripted(transport, logger: logger).bytes(of: ServiceCall(.bedrock, "Op", path: "/"))
        #expect(
            lines.all == [
                "debug bedrock Op is sent again in 25 ms, attempt 2: ThrottlingException, HTTP 429",
                "debug bedrock Op is sent again after a correction: RequestExpired, HTTP 403",
                "debug bedrock Op is sent again in 50 ms, attempt 3: receive in firstByte",
            ])
    }
}

/// Keeps what is logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var handler: Handler { Handler(lines: self) }

    struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.level) \(event.message)") }
        }
    }
}
