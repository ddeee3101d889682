internal import FoundationEssentials

extension AWSError {
    /// An exception message in an event stream; the payload is the exception's JSON.
    init(exception type: String, payload: ArraySlice<UInt8>, operation: String, requestID: String?) {
        struct Members: Decodable {
            var message: String?
            var originalStatusCode: Int?
            var originalMessage: String?
        }
        let members = try? JSONDecoder().decode(Members.self, from: Data(payload))
        let status = members?.originalStatusCode.map { "status \($0)" }
        let details = [members?.message, members?.originalMessage, status].compactMap { $0 }
        let message = details.isEmpty ? nil : details.joined(separator: "; ")
        self.init(streamCode: type, message: message, operation: operation, requestID: requestID)
    }

    /// `streamCode` is a member's name (`throttlingException`) or a shape's (`ThrottlingException`).
    init(streamCode: String, message: String?, operation: String, requestID: String?) {
        let name = ServiceErrorBody.shapeName(streamCode)
        let shape = name.map { $0.prefix(1).uppercased() + $0.dropFirst() }
        self.init(
            .service, operation: operation,
            message: message.map(ServiceErrorBody.shortened) ?? "the stream broke off with \(shape ?? "an unnamed error")",
            serviceCode: shape, status: shape.flatMap { Self.streamStatuses[$0] }, requestID: requestID)
    }

    /// `httpStatusCode` of the members of `ConverseStreamOutput` in Bedrock's service model, and of the errors of the operation.
    static let streamStatuses = [
        "InternalServerException": 500, "ModelStreamErrorException": 424, "ValidationException": 400, "ThrottlingException": 429,
        "ServiceUnavailableException": 503, "AccessDeniedException": 403, "ResourceNotFoundException": 404,
        "ModelTimeoutException": 408, "ModelErrorException": 424, "ModelNotReadyException": 429,
    ]
}
