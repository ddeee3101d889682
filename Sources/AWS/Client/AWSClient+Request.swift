internal import HTTPClient
internal import HTTPTypes

extension AWSClient {
    /// How an attempt proved who it is, for the correction after a refusal.
    enum Authorization {
        case bearer
        case signature(Credentials, clockOffsetSeconds: Double)
    }

    /// What the call carries and no error may repeat.
    func secrets(of authorization: Authorization) -> [String] {
        switch authorization {
        case .bearer: configuration.bearerToken.map { [$0] } ?? []
        case .signature(let credentials, _): credentials.secrets
        }
    }

    /// The call addressed and signed for this moment.
    func prepared(_ call: ServiceCall) async throws -> (ClientRequest, Authorization) {
        try call.checkPath()
        let endpoint = try configuration.endpoints.endpoint(for: call.service)
        var request = ClientRequest(
            method: call.method, url: Self.url(endpoint, call), headerFields: call.headerFields, body: call.body,
            deadlines: call.deadlines)
        if !call.body.isEmpty, request.headerFields[.contentType] == nil {
            request.headerFields[.contentType] = "application/json"
        }
        if request.headerFields[.accept] == nil { request.headerFields[.accept] = "application/json" }
        if let token = configuration.bearerToken, call.service.takesBearerToken {
            guard token.utf8.isVisibleASCII else {
                throw AWSError.credentials(
                    "the bearer token (AWS_BEARER_TOKEN_BEDROCK) holds a space, a line break or another character no token has")
            }
            request.headerFields[.authorization] = "Bearer \(token)"
            return (request, .bearer)
        }
        let credentials = try await credentials.credentials()
        let offset = skew.offsetSeconds
        let signer = SigV4Signer(
            credentials: credentials, region: endpoint.signingRegion, service: call.service.signingName)
        let signed = signer.signed(request, at: Int((clock.unixSeconds() + offset).rounded(.down)))
        return (signed, .signature(credentials, clockOffsetSeconds: offset))
    }

    /// The path is encoded already, the query is not.
    private static func url(_ endpoint: Endpoint, _ call: ServiceCall) -> String {
        guard !call.query.isEmpty else { return endpoint.url + call.path }
        let query = call.query.map { "\(PercentEncoding.segment($0.name))=\(PercentEncoding.segment($0.value))" }
        return "\(endpoint.url)\(call.path)?\(query.joined(separator: "&"))"
    }
}
