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

    /// The request's URL with the signature in its query, good for `expiresSeconds` (1…604800) from `unixSeconds`.
    /// Every header field of the request is signed and must be sent as it stands, but for those that clients set for themselves,
    /// such as `User-Agent`. The payload is unsigned for S3 unless the request has `X-Amz-Content-Sha256`, otherwise that of the body.
    package func presignedURL(_ request: ClientRequest, at unixSeconds: Int, expiresSeconds: Int) -> String {
        precondition((1...604_800).contains(expiresSeconds), "a presigned URL lasts from a second to a week")
        let time = SigningTime(unixSeconds: unixSeconds)
        let url = RequestURL(request.url)
        let headers = CanonicalHeaders(request.headerFields, host: url.host)
        var query = Array(url.query)
        appendParameters(to: &query, time: time, expiresSeconds: expiresSeconds, signedNames: headers.signedNames)
        let payloadHash =
            request.headerFields[.xAmzContentSHA256]
            ?? (isS3 ? Self.unsignedPayload : Hexadecimal.string(SHA256.hash(data: request.body)))
        let canonicalRequest = CanonicalRequest(
            method: request.method, path: url.path, rule: pathRule, query: query[...], headers: headers,
            payloadHash: payloadHash.utf8)
        let target = url.sent[..<url.path.endIndex] + [UInt8(ascii: "?")] + query
        return String(decoding: target, as: UTF8.self) + "&X-Amz-Signature=\(signature(of: canonicalRequest, at: time))"
    }

    private func appendParameters(to query: inout [UInt8], time: SigningTime, expiresSeconds: Int, signedNames: [UInt8]) {
        var parameters = [
            ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", credential(time)), ("X-Amz-Date", time.timestamp),
            ("X-Amz-Expires", "\(expiresSeconds)"), ("X-Amz-SignedHeaders", String(decoding: signedNames, as: UTF8.self)),
        ]
        if let token = credentials.sessionToken { parameters.append(("X-Amz-Security-Token", token)) }
        for (name, value) in parameters {
            if !query.isEmpty { query.append(UInt8(ascii: "&")) }
            query += name.utf8
            query.append(UInt8(ascii: "="))
            PercentEncoding.append(value.utf8, keepsSlash: false, to: &query)
        }
    }

    private var pathRule: CanonicalRequest.PathRule { isS3 ? .asSent : .normalizedAndEncoded }

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
        var key = SymmetricKey(data: Array("AWS4".utf8) + credentials.secretAccessKey.utf8)
        for part in [String(time.date), region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        return Hexadecimal.string(HMAC<SHA256>.authenticationCode(for: Array(string.utf8), using: key))
    }
}

/// Lower-case hexadecimal.
enum Hexadecimal {
    static func string(_ bytes: some Sequence<UInt8>) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(64)
        for byte in bytes {
            digits.append(digit(byte >> 4))
            digits.append(digit(byte & 15))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}

extension HTTPField.Name {
    // RFC 9110 §5.6.2: tokens, so that the initializer cannot fail.
    static let xAmzDate = Self("X-Amz-Date")!
    static let xAmzSecurityToken = Self("X-Amz-Security-Token")!
    static let xAmzContentSHA256 = Self("X-Amz-Content-Sha256")!
}
