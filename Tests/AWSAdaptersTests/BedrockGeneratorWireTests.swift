import AWS
import Foundation
import HTTPClient
import HTTPTypes
import Logging
import RAG
import Synchronization
import Testing

@testable import AWSAdapters

/// The generator over the real calls, with a scripted network below them.
struct BedrockGeneratorWireTests {
    private func generator(
        _ network: ScriptedNetwork, modelID: String = "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        foundationModel: String? = nil
    ) -> BedrockGenerator {
        let settings = AWSClient.Configuration(
            endpoints: EndpointResolver(environment: ["AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": "/nonexistent"]))
        let client = AWSClient(
            settings, transport: network,
            credentials: StaticCredentials(Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")),
            clock: AWSClock(sleep: { _ in }), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        return BedrockGenerator(
            modelID: modelID, foundationModel: foundationModel, runtime: BedrockRuntime(client), catalog: .builtIn())
    }

    @Test func `asks and reads as Bedrock speaks`() async throws {
        let network = ScriptedNetwork(status: 200, pieces: [Frame.hello + Frame.world, Frame.stop, Frame.metadata])
        let options = GenerationOptions(maxTokens: 50, temperature: 1.5, topP: 0.9, stop: ["END", "\n"], seed: 7)
        let events = try await generator(network).events(.asking("Hi", options: options))
        let usage = Usage(promptTokens: 8, completionTokens: 2, cachedTokens: 3)
        #expect(events == [.text(TextPieces(["Hello", " world"])), .finished(.length, usage)])
        let request = try #require(network.requests.first)
        #expect(request.url.hasSuffix("/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream"))
        let body = try JSONDecoder().decode(JSONDocument.self, from: Data(request.body))
        let expected = """
            {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "system": [{"text": "Be brief."}],
             "inferenceConfig": {"maxTokens": 50, "temperature": 1, "stopSequences": ["END"]}}
            """
        #expect(try body == JSONDecoder().decode(JSONDocument.self, from: Data(expected.utf8)))
    }

    @Test func `gives throttling its status and time before an answer`() async throws {
        let network = ScriptedNetwork(
            status: 429, fields: [.retryAfter: "7", HTTPField.Name("x-amzn-errortype")!: "ThrottlingException"],
            pieces: [Array(#"{"message": "Too many requests"}"#.utf8)])
        let failure = await #expect(throws: OutcropFailure.self) { try await generator(network).events() }
        #expect(failure?.kind == .rateLimited)
        #expect(failure?.retryAfterSeconds == 7)
    }

    @Test func `gives an exception in mid answer its status`() async throws {
        let network = ScriptedNetwork(status: 200, pieces: [Frame.hello, Frame.throttled])
        var events = generator(network).generate(.asking()).makeAsyncIterator()
        #expect(try await events.next() == .text("Hello"))
        let failure = await #expect(throws: OutcropFailure.self) { try await events.next() }
        #expect(failure?.kind == .rateLimited)
    }

    @Test(arguments: 1...40)
    func `never takes a cut stream for a whole one`(missing: Int) async throws {
        let whole = Frame.hello + Frame.stop + Frame.metadata
        let network = ScriptedNetwork(status: 200, pieces: [Array(whole.dropLast(missing * 5))])
        let failure = await #expect(throws: OutcropFailure.self) { try await generator(network).events() }
        #expect(failure?.kind == .badGateway)
    }

    @Test func `ends the transfer when its consumer leaves`() async throws {
        let network = ScriptedNetwork(status: 200, pieces: [Frame.hello] + Array(repeating: Frame.world, count: 9))
        try await readOne(generator(network))
        #expect(network.bodiesOpen == 0)
        #expect(network.piecesRead == 1)
    }

    private func readOne(_ generator: BedrockGenerator) async throws {
        var events = generator.generate(.asking()).makeAsyncIterator()
        #expect(try await events.next() == .text("Hello"))
    }

    @Test func `calls a profile by its own name with the traits of its model`() async throws {
        let network = ScriptedNetwork(status: 200, pieces: [Frame.hello, Frame.stop, Frame.metadata])
        let profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
        let generator = generator(network, modelID: profile, foundationModel: "anthropic.claude-opus-4-7")
        #expect(generator.modelID == profile)
        _ = try await generator.events(.asking(options: GenerationOptions(temperature: 0.5)))
        let request = try #require(network.requests.first)
        #expect(
            request.url.contains("/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc/"))
        // This model takes no temperature.
        #expect(!String(decoding: request.body, as: UTF8.self).contains("temperature"))
    }
}

/// Answers every request alike, and knows how much of the bodies was read and how many are still held.
private final class ScriptedNetwork: HTTPTransport {
    private struct State {
        var requests: [ClientRequest] = []
        var piecesRead = 0
        var bodiesOpen = 0
    }

    private let status: HTTPResponse.Status
    private let fields: HTTPFields
    private let pieces: [[UInt8]]
    private let state = Mutex(State())

    init(status: Int, fields: HTTPFields = [.contentType: "application/vnd.amazon.eventstream"], pieces: [[UInt8]]) {
        self.status = HTTPResponse.Status(code: status)
        self.fields = fields
        self.pieces = pieces
    }

    var requests: [ClientRequest] { state.withLock { $0.requests } }
    var piecesRead: Int { state.withLock { $0.piecesRead } }
    var bodiesOpen: Int { state.withLock { $0.bodiesOpen } }

    func send(_ request: ClientRequest) async throws -> ClientResponse {
        state.withLock { $0.requests.append(request) }
        let body = Body(self)
        return ClientResponse(status: status, headerFields: fields, body: ClientResponseBody { body.next() })
    }

    private final class Body: Sendable {
        private let network: ScriptedNetwork
        private let position = Mutex(0)

        init(_ network: ScriptedNetwork) {
            self.network = network
            network.state.withLock { $0.bodiesOpen += 1 }
        }

        deinit { network.state.withLock { $0.bodiesOpen -= 1 } }

        func next() -> [UInt8]? {
            let index = position.withLock { position in
                defer { position += 1 }
                return position
            }
            guard index < network.pieces.count else { return nil }
            network.state.withLock { $0.piecesRead += 1 }
            return network.pieces[index]
        }
    }
}

/// Messages of an event stream, written by Python's struct and zlib after AWS's description of the format.
private enum Frame {
    static let hello = decoded(
        "AAAAmwAAAFc2+w0/CzpldmVudC10eXBlBwARY29udGVudEJsb2NrRGVsdGENOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pz"
            + "b24NOm1lc3NhZ2UtdHlwZQcABWV2ZW50eyJjb250ZW50QmxvY2tJbmRleCI6IDAsICJkZWx0YSI6IHsidGV4dCI6ICJIZWxsbyJ9" + "fTVOQ6I=")
    static let world = decoded(
        "AAAAnAAAAFeE29EvCzpldmVudC10eXBlBwARY29udGVudEJsb2NrRGVsdGENOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pz"
            + "b24NOm1lc3NhZ2UtdHlwZQcABWV2ZW50eyJjb250ZW50QmxvY2tJbmRleCI6IDAsICJkZWx0YSI6IHsidGV4dCI6ICIgd29ybGQi" + "fX24ED8z")
    static let stop = decoded(
        "AAAAfQAAAFF4DJp1CzpldmVudC10eXBlBwALbWVzc2FnZVN0b3ANOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pzb24NOm1l"
            + "c3NhZ2UtdHlwZQcABWV2ZW50eyJzdG9wUmVhc29uIjogIm1heF90b2tlbnMifVE+K/o=")
    static let metadata = decoded(
        "AAAA2AAAAE5Nw4dmCzpldmVudC10eXBlBwAIbWV0YWRhdGENOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pzb24NOm1lc3Nh"
            + "Z2UtdHlwZQcABWV2ZW50eyJ1c2FnZSI6IHsiaW5wdXRUb2tlbnMiOiA1LCAib3V0cHV0VG9rZW5zIjogMiwgInRvdGFsVG9rZW5z"
            + "IjogNywgImNhY2hlUmVhZElucHV0VG9rZW5zIjogM30sICJtZXRyaWNzIjogeyJsYXRlbmN5TXMiOiA5fX0WfRWh")
    static let throttled = decoded(
        "AAAAjgAAAGFRQYBUDzpleGNlcHRpb24tdHlwZQcAE3Rocm90dGxpbmdFeGNlcHRpb24NOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0"
            + "aW9uL2pzb24NOm1lc3NhZ2UtdHlwZQcACWV4Y2VwdGlvbnsibWVzc2FnZSI6IlRvbyBtYW55IHRva2VucyJ9yBsewQ==")

    private static func decoded(_ base64: String) -> [UInt8] { Data(base64Encoded: base64).map(Array.init) ?? [] }
}
