internal import FoundationEssentials

extension ServiceCall {
    /// The answer's body as the service's model has it. Throws `.malformedResponse` with what is wrong and where.
    func decode<Answer: Decodable>(_ type: Answer.Type, from body: [UInt8]) throws -> Answer {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw AWSError(
                .malformedResponse, operation: name, message: "an answer that is no \(type): \(DecodingError.text(error))")
        }
    }

    /// JSON in, JSON out.
    init(_ service: AWSService, _ operation: String, path: String, body: (inout JSONByteWriter) -> Void) {
        var json = JSONByteWriter()
        json.object(body)
        self.init(service, operation, path: path, body: json.bytes)
    }
}

extension AWSClient {
    func answer<Answer: Decodable>(_ type: Answer.Type, to call: ServiceCall) async throws -> Answer {
        try call.decode(type, from: await bytes(of: call))
    }
}

extension DecodingError {
    /// What is wrong and where, in a bounded length.
    static func text(_ error: any Error) -> String { ServiceErrorBody.shortened(whole(error)) }

    private static func whole(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(type(of: error))" }
        switch error {
        case .typeMismatch(let type, let context): return "\(path(context)) is no \(type)"
        case .valueNotFound(_, let context): return "\(path(context)) is null"
        case .keyNotFound(let key, let context): return "\(path(context)) has no \(key.stringValue)"
        case .dataCorrupted(let context): return "\(path(context)): \(context.debugDescription)"
        @unknown default: return "undecodable"
        }
    }

    private static func path(_ context: Context) -> String {
        context.codingPath.isEmpty ? "the JSON" : context.codingPath.map(\.stringValue).joined(separator: ".")
    }
}
