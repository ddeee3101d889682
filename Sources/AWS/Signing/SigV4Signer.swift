internal import Crypto
package import HTTPClient
internal import HTTPTypes

/// AWS Signature Version 4: canonical request, string to sign, signing key, signature. Pure; time is a parameter.
/// Source: AWS IAM User Guide, "Signature Version 4 for API requests".
package struct SigV4Signer: Sendable {
    /// What stands for the body in the canonical request.
    package enum Payload: Hashable, Sendable {
        /// SHA-256 of the request's body.
        case body
        /// `UNSIGNED-PAYLOAD`, only where the service allows it. Without TLS the body is signed all the same.
        case unsigned
        /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
        case streamingUnsignedTrailer
    }

    package var credentials: Credentials
    package var region: String
    /// The signing name, such as `bedrock` or `s3`.
    package var service: String
    /// S3 signs paths as they are sent; every other service encodes the encoded path once more and removes dot segments.
    package var isS3: Bool

    package init(credentials: Credentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
        isS3 = service == "s3"
    }

    /// The request with `Authorization`, `X-Amz-Date`, and `X-Amz-Security-Token` and `X-Amz-Content-Sha256` where they belong;
    /// header fields of these names are replaced. `unixSeconds` is the signing time.
    package func signed(_ request: ClientRequest, at unixSeconds: Int, payload: Payload = .body) -> ClientRequest {
        let time = SigningTime(unixSeconds: unixSeconds)
        let url = RequestURL(request.url)
        let payloadHash = hash(of: request.body, as: payload, isTLS: url.isTLS)
        var request = request
        request.headerFields[.xAmzDate] = time.timestamp
        request.headerFields[.xAmzSecurityToken] = credentials.sessionToken
        // Elsewhere it says nothing that the signature does not, unless it names the absence of a hash.
        if isS3 || payload != .body || request.headerFields.contains(.xAmzContentSHA256) {
            request.headerFields[.xAmzContentSHA256] = payloadHash
        }
        let headers = CanonicalHeaders(request.headerFields, host: url.host)
        let canonicalRequest = CanonicalRequest(
            method: request.method, path: url.path, rule: pathRule, query: url.query, headers: headers,
            payloadHash: payloadHash.utf8)
        let signedNames = String(decoding: headers.signedNames, as: UTF8.self)
        request.headerFields[.authorization] =
            "\(Self.algorithm) Credential=\(credential(time)), SignedHeaders=\(signedNames), "
            + "Signature=\(signature(of: canonicalRequest, at: time))"
        return request
    }

    var pathRule: CanonicalRequest.PathRule { isS3 ? .asSent : .normalizedAndEncoded }

    private func hash(of body: [UInt8], as payload: Payload, isTLS: Bool) -> String {
        switch payload {
        case .unsigned where isTLS: Self.unsignedPayload
        case .streamingUnsignedTrailer: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        case .body, .unsigned: Hexadecimal.string(SHA256.hash(data: body))
        }
    }
}

extension SigV4Signer {
    static let algorithm = "AWS4-HMAC-SHA256"
    static let unsignedPayload = "UNSIGNED-PAYLOAD"

    /// Access key id and scope, such as `AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request`.
    func credential(_ time: SigningTime) -> String { "\(credentials.accessKeyID)/\(scope(time))" }

    private func scope(_ time: SigningTime) -> String { "\(time.date)/\(region)/\(service)/aws4_request" }

    func signature(of request: CanonicalRequest, at time: SigningTime) -> String {
        let hash = Hexadecimal.string(SHA256.hash(data: request.bytes))
        return signature(ofStringToSign: "\(Self.algorithm)\n\(time.timestamp)\n\(scope(time))\n\(hash)", at: time)
    }

    /// In hexadecimal.
    func signature(ofStringToSign string: String, at time: SigningTime) -> String {
        let key = SigningKey.derived(
            secret: credentials.secretAccessKey, date: String(time.date), region: region, service: service)
        return Hexadecimal.string(HMAC<SHA256>.authenticationCode(for: Array(string.utf8), using: key))
    }
}

extension HTTPField.Name {
    // RFC 9110 §5.6.2: tokens, so that the initializer cannot fail.
    static let xAmzDate = Self("X-Amz-Date")!
    static let xAmzSecurityToken = Self("X-Amz-Security-Token")!
    static let xAmzContentSHA256 = Self("X-Amz-Content-Sha256")!
}
