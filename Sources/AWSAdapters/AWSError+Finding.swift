package import AWS
internal import HTTPClient
internal import RAG

extension AWSError {
    /// What the server's operator is told: the cause in AWS's or curl's own words, and the remedy. One line. It names hosts,
    /// accounts and roles, so it is for `outcrop doctor` and the log, never for a client.
    package var finding: String {
        switch code {
        case .credentials, .configuration: "\(cause) [\(operation)]"
        case .transport: "\(cause) [\(operation)]. \(transportRemedy)"
        case .malformedResponse:
            "\(cause) [\(operation)]. Something else than AWS may be answering: check AWS_ENDPOINT_URL and https_proxy."
        case .service: "\(cause) [\(operation), \(label)]. \(serviceRemedy)"
        }
    }

    /// Longest piece of somebody else's text in a finding.
    private static let causeScalarsMax = 500

    /// The first line only: the text of a refused signature goes on with the request that AWS calculated, session token included.
    private var cause: String {
        let line = message.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }.filter {
            !$0.properties.isDefaultIgnorableCodePoint
        }
        let shown = line.prefix(Self.causeScalarsMax).filter { $0.properties.generalCategory != .control }
        return String(String.UnicodeScalarView(shown.last == "." ? shown.dropLast() : shown[...]))
    }

    private var label: String {
        [serviceCode, status.map { "HTTP \($0)" }, requestID.map { "request \($0)" }].compactMap(\.self).joined(separator: ", ")
    }

    private var transportRemedy: String {
        switch transport?.code {
        case .resolve: "The name does not resolve: check AWS_REGION, AWS_ENDPOINT_URL and this machine's name service."
        case .tls: "Check AWS_CA_BUNDLE, this machine's clock, and that the endpoint speaks TLS."
        case .connectTimeout, .connect, .proxy:
            "Check AWS_ENDPOINT_URL, https_proxy and the firewall; a private subnet needs a VPC endpoint or a NAT gateway."
        case .firstByteTimeout, .idleTimeout, .totalTimeout: "Try again; if it stays so, check AWS_ENDPOINT_URL and https_proxy."
        case .unavailable: "Then start Outcrop again."
        default: "Try again; if it stays so, check AWS_ENDPOINT_URL and https_proxy."
        }
    }

    private var serviceRemedy: String {
        let text = ServiceText(message)
        switch ServiceFailure(self, text: text) {
        case .credentials: return credentialsRemedy(text)
        case .accessDenied:
            return "Allow \(OutcropFailure.action(of: operation)) in the IAM policy"
                + (operation == "bedrock-agent-runtime Retrieve"
                    ? "." : ", and request access to the model in the Amazon Bedrock console.")
        case .notFound:
            return "Check the id, and that AWS_REGION is a region that has it (GET /v1/models lists models and profiles)."
        case .contextTooLong, .validation:
            return text.says(anyOf: ["on-demand throughput"])
                ? "Name an inference profile, such as us.… or global.… before the model's id."
                : "Check that the model is one for this purpose and is offered in AWS_REGION."
        case .throttled: return "Ask again later, or raise the account's quota for this model (Service Quotas)."
        case .modelTimeout, .modelFailed, .unavailable, .gatewayTimeout, .internal:
            return "Try again; if it stays so, look at the AWS Health Dashboard."
        case .unexpected: return "Something else than AWS may be answering: check AWS_ENDPOINT_URL and https_proxy."
        }
    }

    private func credentialsRemedy(_ text: ServiceText) -> String {
        if text.says(anyOf: ["signature expired", "signature not yet current"]) {
            return "This machine's clock is wrong: set it."
        }
        if text.says(anyOf: ["expired"]) || (serviceCode ?? "").utf8.starts(with: "ExpiredToken".utf8) {
            return "The credentials have expired: get new ones (key id, secret key and session token belong together)."
        }
        if text.says(anyOf: ["scoped to a valid region"]) { return "The endpoint is another region's: correct AWS_REGION." }
        if text.says(anyOf: ["signature"]) {
            return "The secret key does not belong to the key id, or a proxy changes the request: correct AWS_SECRET_ACCESS_KEY."
        }
        if text.says(anyOf: ["api key", "bearer"]) { return "Get a new API key for AWS_BEARER_TOKEN_BEDROCK." }
        return "AWS does not know the key or the session token: correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and"
            + " AWS_SESSION_TOKEN (keys of a role need all three), or AWS_BEARER_TOKEN_BEDROCK."
    }
}
