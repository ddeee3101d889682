import Foundation
import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

struct ConverseStreamTests {
    static let headers: HTTPFields = [.contentType: "application/vnd.amazon.eventstream", .requestID: "req-1"]

    /// Ten frames of a whole answer.
    static let frames: [[UInt8]] = [
        EventStreamEncoder.event("messageStart", #"{"p":"ab","role":"assistant"}"#),
        EventStreamEncoder.event("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"Hel"},"p":"abcdef"}"#),
        EventStreamEncoder.event(
            "contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"lo \u00e9\ud83d\ude00"},"p":"a"}"#),
        EventStreamEncoder.event("contentBlockStop", #"{"contentBlockIndex":0,"p":"a"}"#),
        EventStreamEncoder.event(
            "contentBlockStart", #"{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t1","name":"weather"}},"p":"a"}"#),
        EventStreamEncoder.event(
            "contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"a\":"}},"p":"a"}"#),
        EventStreamEncoder.event("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"1}"}},"p":"a"}"#),
        EventStreamEncoder.event("contentBlockStop", #"{"contentBlockIndex":1,"p":"a"}"#),
        EventStreamEncoder.event("messageStop", #"{"p":"a","stopReason":"tool_use"}"#),
        EventStreamEncoder.event(
            "metadata", #"{"metrics":{"latencyMs":5},"p":"a","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3}}"#),
    ]

    static let events: [ConverseStreamEvent] = [
        .messageStart(role: "assistant"), .textDelta(index: 0, "Hel"), .textDelta(index: 0, "lo é😀"), .contentBlockStop(index: 0),
        .toolUseStart(index: 1, id: "t1", name: "weather"), .toolUseDelta(index: 1, #"{"a":"#), .toolUseDelta(index: 1, "1}"),
        .contentBlockStop(index: 1), .messageStop(.toolUse),
        .metadata(TokenUsage(inputTokens: 1, outputTokens: 2, totalTokens: 3)),
    ]

    /// What a reader sees of a body: events, and how it ended.
    static func read(
        _ pieces: [[UInt8]], then error: (any Error)? = nil
    ) async throws -> (batches: [[ConverseStreamEvent]], failure: AWSError?) {
        let call = ServiceCall(.bedrockRuntime, "ConverseStream", path: "/")
        let response = ClientResponse(status: .ok, headerFields: headers, body: .pieces(pieces, then: error))
        let stream = try ConverseStream(response, call: call)
        var batches: [[ConverseStreamEvent]] = []
        do {
            for try await batch in stream { batches.append(batch) }
            return (batches, nil)
        } catch let error as AWSError {
            return (batches, error)
        }
    }

    @Test func `gives what arrived together in one batch`() async throws {
        let whole = try await Self.read([Self.frames.joined().map { $0 }])
        #expect(whole.batches == [Self.events])
        #expect(whole.failure == nil)
        let singly = try await Self.read(Self.frames)
        #expect(singly.batches == Self.events.map { [$0] })
        #expect(singly.failure == nil)
        let bytes = try await Self.read(Self.frames.joined().map { [$0] })
        #expect(bytes.batches == Self.events.map { [$0] })
        #expect(bytes.failure == nil)
    }

    @Test func `a stream cut anywhere never ends normally`() async throws {
        let bytes = Array(Self.frames.joined())
        var end = 0
        let ends = Self.frames.map { frame -> Int in
            end += frame.count
            return end
        }
        for cut in 0..<bytes.count {
            let (batches, failure) = try await Self.read(cut == 0 ? [] : [Array(bytes[..<cut])])
            #expect(failure?.code == .malformedResponse, "cut at \(cut)")
            #expect(batches.flatMap { $0 } == Array(Self.events.prefix(ends.count { $0 <= cut })), "cut at \(cut)")
        }
    }

    @Test func `a byte changed anywhere never ends normally`() async throws {
        let bytes = Array(Self.frames.joined())
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            let (batches, failure) = try await Self.read([damaged])
            #expect(failure?.code == .malformedResponse, "byte \(index)")
            let events = batches.flatMap { $0 }
            #expect(events == Array(Self.events.prefix(events.count)), "byte \(index)")
        }
    }

    @Test func `a fault is told again to whoever asks again`() async throws {
        let response = ClientResponse(status: .ok, headerFields: Self.headers, body: .pieces([Self.frames[0]]))
        let stream = try ConverseStream(response, call: ServiceCall(.bedrockRuntime, "ConverseStream", path: "/"))
        var events = stream.makeAsyncIterator()
        #expect(try await events.next() == [.messageStart(role: "assistant")])
        for _ in 0..<3 {
            let error = await #expect(throws: AWSError.self) { try await events.next() }
            #expect(error?.message == "the event stream ended before messageStop")
            #expect(error?.requestID == "req-1")
        }
    }

    @Test func `messageStop without metadata, and the reverse, are malformed`() async throws {
        let withoutMetadata = try await Self.read([Array(Self.frames[..<9].joined())])
        #expect(withoutMetadata.failure?.message == "the event stream ended before metadata")
        let withoutStop = try await Self.read([Array(Self.frames[..<8].joined()) + Self.frames[9]])
        #expect(withoutStop.failure?.message == "the event stream ended before messageStop")
        #expect(try await Self.read([]).failure?.code == .malformedResponse)
    }

    @Test(arguments: [0, 1, 3, 4, 5, 7, 8])
    func `nothing of the answer comes after messageStop`(_ late: Int) async throws {
        let (batches, failure) = try await Self.read([Array((Self.frames[..<9] + [Self.frames[late], Self.frames[9]]).joined())])
        #expect(failure?.code == .malformedResponse)
        #expect(batches.flatMap { $0 } == Array(Self.events[..<9]))
    }

    @Test func `usage is counted once, and events unknown today may come at any place`() async throws {
        let twice = try await Self.read([Array((Self.frames + [Self.frames[9]]).joined())])
        #expect(twice.failure?.message == "a second metadata event")
        let new = EventStreamEncoder.event("somethingNew", "{}")
        let padded = try await Self.read([Array((Self.frames[..<9] + [new, Self.frames[9], new]).joined())])
        #expect(padded.failure == nil)
        #expect(padded.batches.flatMap { $0 }.filter { $0 != .unknown("somethingNew") } == Self.events)
        let early = try await Self.read([Array((Self.frames[..<8] + [Self.frames[9], Self.frames[8]]).joined())])
        #expect(early.failure == nil)
    }

    static let rare: [(type: String, payload: String, event: ConverseStreamEvent)] = [
        (
            "contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"reasoningContent":{"text":"hm"}}}"#,
            .reasoningDelta(index: 2, "hm")
        ),
        (
            "contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"reasoningContent":{"signature":"s"}}}"#,
            .reasoningSignature(index: 2, "s")
        ),
        (
            "contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"reasoningContent":{"redactedContent":"AP8="}}}"#,
            .redactedReasoning(index: 2, [0, 255])
        ),
        ("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"citation":{"title":"x"}}}"#, .unknown("contentBlockDelta")),
        ("contentBlockStart", #"{"contentBlockIndex":2,"start":{"image":{"format":"png"}}}"#, .unknown("contentBlockStart")),
        ("somethingNew", "", .unknown("somethingNew")),
        ("messageStop", #"{"stopReason":"a_new_one"}"#, .messageStop(StopReason(rawValue: "a_new_one"))),
    ]

    @Test(arguments: rare)
    func `rare events are read, unknown ones named`(
        _ row: (type: String, payload: String, event: ConverseStreamEvent)
    ) async throws {
        #expect(try await Self.read([EventStreamEncoder.event(row.type, row.payload)]).batches == [[row.event]])
    }

    @Test func `a transfer that breaks off keeps its cause`() async throws {
        let cause = HTTPClientError(.truncated, phase: .body, host: "h", message: "closed early")
        let (batches, failure) = try await Self.read([Array(Self.frames.joined())], then: cause)
        #expect(batches == [Self.events])
        #expect(failure?.code == .transport)
        #expect(failure?.transport == cause)
    }

    @Test func `an answer that is no event stream is malformed`() async throws {
        let headers: [HTTPFields] = [[:], [.contentType: "text/html"], [.contentType: "application/vnd.amazon.eventstreams"]]
        for headers in headers {
            let transport = ScriptedTransport([.answer(status: 200, headers: headers, body: [])])
            let error = await #expect(throws: AWSError.self) {
                try await BedrockRuntime(.scripted(transport)).converseStream(ConverseRequest(messages: []), modelID: "m")
            }
            #expect(error?.code == .malformedResponse)
        }
    }

    @Test func `the body is let go at the end and at a fault`() async throws {
        for pieces in [Self.frames, [[0, 1, 2, 3] + Self.frames[0]]] {
            weak var held: Token?
            let stream = try {
                let token = Token()
                held = token
                let body = ClientResponseBody.pieces(pieces)
                let guarded = ClientResponseBody { [token] in
                    _ = token
                    var iterator = body.makeAsyncIterator()
                    return try await iterator.next()
                }
                return try ConverseStream(
                    ClientResponse(status: .ok, headerFields: Self.headers, body: guarded),
                    call: ServiceCall(.bedrockRuntime, "ConverseStream", path: "/"))
            }()
            #expect(held != nil)
            do { for try await _ in stream {} } catch is AWSError {}
            #expect(held == nil)
            withExtendedLifetime(stream) {}
        }
    }

    private final class Token: Sendable {}
}
