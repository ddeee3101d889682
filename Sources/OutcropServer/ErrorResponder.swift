internal import HTTP
internal import HTTPTypes
internal import Logging
internal import OpenAIAPI
internal import RAG

/// Turns whatever a route threw into an answer with the API's error body.
struct ErrorResponder: Sendable {
    let logger: Logger

    /// Throws on what says that the client is gone: there is nobody to answer and nothing to log.
    func response(to error: any Error, requestID: String) throws -> ServerResponse {
        switch error {
        case is CancellationError: throw error
        case let error as ServerError where error.code == .peerGone: throw error
        case let error as RateLimited:
            var response = Self.response(ErrorEnvelope(error.failure))
            response.headerFields.append(contentsOf: error.fields)
            return response
        default: return Self.response(envelope(for: error, requestID: requestID))
        }
    }

    /// What the client may know of `error`; what it may not know goes to the log.
    func envelope(for error: any Error, requestID: String) -> ErrorEnvelope {
        switch error {
        case let failure as OutcropFailure:
            if failure.kind == .internal { log(error, requestID) }
            return ErrorEnvelope(failure)
        case let refused as HTTPParseError:
            var envelope = ErrorEnvelope(status: refused.status, message: refused.reason)
            if refused.status == 413 { envelope.code = "request_too_large" }
            return envelope
        default:
            log(error, requestID)
            return ErrorEnvelope(
                OutcropFailure(
                    .internal, "The server had an error while processing the request. Its log has the details under \(requestID)."
                ))
        }
    }

    private func log(_ error: any Error, _ requestID: String) {
        logger.error("request failed", metadata: ["request-id": "\(requestID)", "error": "\(error)"])
    }

    static func response(_ envelope: ErrorEnvelope) -> ServerResponse {
        var response = ServerResponse.json(envelope, status: HTTPResponse.Status(code: envelope.status))
        for (name, value) in envelope.headers {
            if let name = HTTPField.Name(name) { response.headerFields[name] = value }
        }
        return response
    }
}

extension ServerResponse {
    /// A JSON answer; never to be kept by a cache, as it may depend on the key.
    static func json(_ value: some WireEncodable, status: HTTPResponse.Status = .ok) -> ServerResponse {
        json(bytes: value.encoded(), status: status)
    }

    static func json(bytes: [UInt8], status: HTTPResponse.Status = .ok) -> ServerResponse {
        ServerResponse(
            status: status,
            headerFields: [.contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff"],
            body: .bytes(bytes))
    }
}
