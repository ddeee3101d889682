internal import AWS
internal import RAG

extension OutcropFailure {
    /// A failure that the service itself told, before an answer or in its middle.
    static func service(_ error: AWSError) -> OutcropFailure {
        let text = ServiceText(error.message)
        let cause = ServiceFailure(error, text: text)
        switch cause {
        case .credentials: return .credentials
        case .accessDenied: return accessDenied(error)
        case .notFound: return notFound(error, text)
        case .contextTooLong:
            return OutcropFailure(
                .invalidRequest, code: "context_length_exceeded",
                "The conversation with its passages is longer than the model reads. Shorten it. The model says: \(text.shown)",
                parameter: "messages")
        case .validation:
            return OutcropFailure(
                .invalidRequest, code: "model_refused_request", "Amazon Bedrock refuses the request: \(text.shown)")
        case .modelTimeout:
            return OutcropFailure(
                .modelTimeout, code: "model_timeout", "The model took too long. Ask again, or ask for a shorter answer.")
        case .modelFailed:
            return OutcropFailure(
                .modelFailed, code: "model_error", "The model failed while it worked on this request: \(text.shown)")
        case .throttled:
            return OutcropFailure(
                .rateLimited, code: "rate_limit_exceeded",
                "Amazon Bedrock has no capacity left for this account and model at the moment. Ask again later.",
                retryAfterSeconds: retryAfter(error) ?? retryAfterDefault)
        case .unavailable:
            return OutcropFailure(
                .unavailable, code: "upstream_unavailable", "Amazon Bedrock is unavailable at the moment. Ask again.",
                retryAfterSeconds: retryAfter(error))
        case .gatewayTimeout:
            return OutcropFailure(.gatewayTimeout, code: "upstream_timeout", "Amazon Bedrock did not answer in time. Ask again.")
        case .internal:
            return OutcropFailure(.internal, code: "upstream_error", "Amazon Bedrock failed internally. Ask again.")
        case .unexpected:
            return OutcropFailure(
                .badGateway, code: "upstream_error",
                "Amazon Bedrock answered with an error that is not in its model (status \(error.status ?? 0)).")
        }
    }

    private static func retryAfter(_ error: AWSError) -> Int? {
        guard let seconds = error.retryAfterSeconds, seconds.isFinite else { return nil }
        return Int(min(max(seconds.rounded(.up), 1), Double(retryAfterMax)))
    }

    private static func accessDenied(_ error: AWSError) -> OutcropFailure {
        OutcropFailure(
            .forbidden, code: "model_access_denied",
            """
            AWS does not allow this server to use the model or resource. Its operator must request access to the model in the \
            Amazon Bedrock console and allow \(action(of: error.operation)) in the IAM policy; `outcrop doctor` checks both.
            """)
    }

    private static func notFound(_ error: AWSError, _ text: ServiceText) -> OutcropFailure {
        guard error.operation.utf8.starts(with: "bedrock-runtime ".utf8) else {
            return OutcropFailure(
                .notFound, code: "resource_not_found", "Amazon Bedrock does not know this resource: \(text.shown)")
        }
        return OutcropFailure(
            .notFound, code: "model_not_found",
            "Amazon Bedrock does not offer this model to this account in this region: \(text.shown)", parameter: "model")
    }

    /// The IAM action of a call such as `bedrock-runtime ConverseStream`.
    /// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon Bedrock".
    static func action(of operation: String) -> String {
        let name = operation.split(separator: " ").last.map(String.init) ?? operation
        return actions[name] ?? "bedrock:\(name)"
    }

    private static let actions = [
        "Converse": "bedrock:InvokeModel", "CountTokens": "bedrock:CountTokens",
        "ConverseStream": "bedrock:InvokeModelWithResponseStream",
    ]
}
