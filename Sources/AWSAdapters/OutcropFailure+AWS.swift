package import AWS
internal import HTTPClient
package import RAG

extension OutcropFailure {
    /// What a client is told of a failed call: the status its error has in Bedrock's model, and the remedy.
    ///
    /// AWS's own text is passed on only where it speaks of the request (validation, a failing model), cut to
    /// `serviceMessageScalarsMax`; a refusal's text names account, role and resource, so only `finding` has it.
    package init(_ error: AWSError) {
        switch error.code {
        case .credentials: self = .credentials
        case .configuration:
            self.init(
                .internal, code: "aws_configuration",
                "This server has no usable AWS region or endpoint. Its operator finds the cause with `outcrop doctor`.")
        case .transport: self = .transport(error.transport?.code)
        case .malformedResponse:
            self.init(
                .badGateway, code: "upstream_malformed",
                "Amazon Bedrock's answer broke off or could not be read (\(error.operation)). Ask again.")
        case .service: self = .service(error)
        }
        finding = error.finding
    }

    /// Longest piece of AWS's own text that is passed on.
    static let serviceMessageScalarsMax = 500
    /// In seconds, when a service that throttles does not say how long to wait.
    static let retryAfterDefault = 1
    /// In seconds; longer waits are not believed.
    static let retryAfterMax = 300

    /// Our own credentials are missing, expired or refused: nothing a client could mend, so no 401 and no 403.
    static let credentials = OutcropFailure(
        .internal, code: "aws_credentials",
        "AWS does not accept this server's credentials, or it has none. Its operator finds the cause with `outcrop doctor`.")

    private static func transport(_ code: HTTPClientError.Code?) -> OutcropFailure {
        switch code {
        case .connectTimeout, .firstByteTimeout, .idleTimeout, .totalTimeout:
            OutcropFailure(.gatewayTimeout, code: "upstream_timeout", "Amazon Bedrock did not answer in time. Ask again.")
        case .overloaded, .closed:
            OutcropFailure(
                .unavailable, code: "overloaded", "This server has no room for another call to Amazon Bedrock. Ask again.",
                retryAfterSeconds: retryAfterDefault)
        case .unavailable:
            OutcropFailure(
                .unavailable, code: "http_client_unavailable",
                "This server cannot call Amazon Bedrock: libcurl is missing. Its operator finds the remedy with `outcrop doctor`."
            )
        case .truncated, .protocolViolation, .tooLarge:
            OutcropFailure(
                .badGateway, code: "upstream_malformed", "Amazon Bedrock's answer broke off or could not be read. Ask again.")
        case .invalidRequest, .resolve, .connect, .tls, .proxy, .send, .receive, nil:
            OutcropFailure(
                .badGateway, code: "upstream_unreachable",
                "Amazon Bedrock cannot be reached. Ask again; its operator finds the cause with `outcrop doctor`.")
        }
    }
}
