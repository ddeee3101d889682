import Testing

@testable import AWS

/// Messages that end a stream: exceptions, errors, and what cannot be read.
struct ConverseStreamFaultTests {
    static let exceptions: [(member: String, code: String, status: Int?)] = [
        ("internalServerException", "InternalServerException", 500),
        ("modelStreamErrorException", "ModelStreamErrorException", 424),
        ("validationException", "ValidationException", 400), ("throttlingException", "ThrottlingException", 429),
        ("serviceUnavailableException", "ServiceUnavailableException", 503), ("brandNewException", "BrandNewException", nil),
    ]

    @Test(arguments: exceptions)
    func `exceptions keep their name and get the status of the model`(
        _ exception: (member: String, code: String, status: Int?)
    ) async throws {
        let frame = Self.message(
            [(":message-type", "exception"), (":exception-type", exception.member)], #"{"message":"so it is"}"#)
        let (batches, failure) = try await ConverseStreamTests.read([
            ConverseStreamTests.frames[0] + ConverseStreamTests.frames[1] + frame + ConverseStreamTests.frames[2]
        ])
        #expect(batches == [Array(ConverseStreamTests.events[..<2])])
        let error = try #require(failure)
        #expect(error.code == .service)
        #expect(error.serviceCode == exception.code)
        #expect(error.status == exception.status)
        #expect(error.message == "so it is")
    }

    @Test func `a model's error says what the model said`() async throws {
        let frame = Self.message(
            [(":message-type", "exception"), (":exception-type", "modelStreamErrorException")],
            #"{"message":"stream failed","originalMessage":"out of memory","originalStatusCode":500}"#)
        #expect(try await ConverseStreamTests.read([frame]).failure?.message == "stream failed; out of memory; status 500")
        let bare = Self.message([(":message-type", "exception"), (":exception-type", "throttlingException")], "<html>")
        #expect(try await ConverseStreamTests.read([bare]).failure?.message == "the stream broke off with ThrottlingException")
    }

    @Test func `error messages without a payload are errors of the service`() async throws {
        let frame = Self.message(
            [(":message-type", "error"), (":error-code", "InternalServerException"), (":error-message", "oops")], "")
        let error = try #require(try await ConverseStreamTests.read([frame]).failure)
        #expect(error.serviceCode == "InternalServerException")
        #expect(error.status == 500)
        #expect(error.message == "oops")
    }

    static let unreadable: [(headers: [(String, String)], payload: String)] = [
        ([], "{}"),
        ([(":message-type", "surprise")], "{}"),
        ([(":message-type", "event")], "{}"),
        ([(":message-type", "event"), (":event-type", "messageStop")], "{}"),
        ([(":message-type", "event"), (":event-type", "messageStop")], ""),
        ([(":message-type", "event"), (":event-type", "metadata")], #"{"usage":{}}"#),
        ([(":message-type", "event"), (":event-type", "contentBlockDelta")], #"{"delta":{"text":"a"}}"#),
        ([(":message-type", "event"), (":event-type", "contentBlockDelta")], #"{"contentBlockIndex":0,"delta":{"text":5}}"#),
        ([(":message-type", "event"), (":event-type", "contentBlockStart")], #"{"contentBlockIndex":0}"#),
        (
            [(":message-type", "event"), (":event-type", "contentBlockDelta")],
            #"{"contentBlockIndex":0,"delta":{"text":"\ud83d"}}"#
        ),
        (
            [(":message-type", "event"), (":event-type", "contentBlockDelta")],
            #"{"contentBlockIndex":9223372036854775808,"delta":{"text":"a"}}"#
        ),
    ]

    @Test(arguments: unreadable)
    func `messages that cannot be read are malformed`(_ message: (headers: [(String, String)], payload: String)) async throws {
        let (batches, failure) = try await ConverseStreamTests.read([Self.message(message.headers, message.payload)])
        #expect(batches.isEmpty)
        #expect(failure?.code == .malformedResponse)
    }

    private static func message(_ headers: [(String, String)], _ payload: String) -> [UInt8] {
        let headers = headers.map { EventStreamMessage.Header(name: $0.0, value: .string($0.1)) }
        return EventStreamEncoder.bytes(EventStreamMessage(headers: headers, payload: Array(payload.utf8)))
    }
}
