import RAG
import Testing

@testable import OpenAIAPI

struct ErrorEnvelopeTests {
    @Test(
        arguments: [
            (OutcropFailure.Kind.invalidRequest, 400, "invalid_request_error", nil),
            (.unauthenticated, 401, "invalid_request_error", "invalid_api_key"),
            (.forbidden, 403, "permission_error", nil), (.notFound, 404, "invalid_request_error", "not_found"),
            (.conflict, 409, "invalid_request_error", "conflict"), (.tooLarge, 413, "invalid_request_error", "request_too_large"),
            (.rateLimited, 429, "rate_limit_exceeded", "rate_limit_exceeded"), (.internal, 500, "server_error", nil),
            (.unavailable, 503, "server_error", nil),
        ] as [(OutcropFailure.Kind, Int, String, String?)])
    func `gives every kind its status, type and code`(kind: OutcropFailure.Kind, status: Int, type: String, code: String?) {
        let envelope = ErrorEnvelope(OutcropFailure(kind, "m"))
        #expect(envelope.status == status && envelope.type == type && envelope.code == code && envelope.message == "m")
    }

    @Test func `keeps the failure's own code, parameter and delay`() {
        let envelope = ErrorEnvelope(
            OutcropFailure(.notFound, code: "model_not_found", "No \"x\".", parameter: "model", retryAfterSeconds: 7))
        #expect(
            String(decoding: envelope.encoded(), as: UTF8.self)
                == #"{"error":{"message":"No \"x\".","type":"invalid_request_error","param":"model","code":"model_not_found"}}"#)
        #expect(envelope.headers == ["retry-after": "7"])
    }

    @Test func `challenges the unauthenticated`() {
        #expect(ErrorEnvelope(OutcropFailure(.unauthenticated, "m")).headers == ["www-authenticate": "Bearer"])
    }

    @Test func `writes all four keys for a refusal of HTTP`() {
        let envelope = ErrorEnvelope(status: 431, message: "m")
        #expect(
            String(decoding: envelope.encoded(), as: UTF8.self)
                == #"{"error":{"message":"m","type":"invalid_request_error","param":null,"code":null}}"#)
        #expect(envelope.headers.isEmpty)
    }

    @Test func `reveals nothing of an unknown error`() {
        struct Secret: Error, CustomStringConvertible { var description: String { "password=hunter2" } }
        let envelope = ErrorEnvelope(reporting: Secret())
        #expect(envelope.status == 500 && envelope.type == "server_error")
        #expect(!String(decoding: envelope.encoded(), as: UTF8.self).contains("hunter2"))
        #expect(ErrorEnvelope(reporting: OutcropFailure(.conflict, "busy")).message == "busy")
    }
}
