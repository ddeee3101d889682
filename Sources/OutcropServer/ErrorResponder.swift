internal import HTTP
internal import HTTPTypes
internal import Logging
internal import OpenAIAPI
internal import RAG

/// Turns whatever a route threw into an answer with the API's error body.
struct ErrorResponder: Sendable {
    let logger: Logger

    /// Throws cancellation on: the client is gone and there is nobody to answer.
    func response(to error: any Error, requestID: String) throws -> ServerResponse {
        switch error {
        case is CancellationError: throw error
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
        case let refused as HTTPParseError: return ErrorEnvelope(status: refused.status, message: refused.reason)
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
