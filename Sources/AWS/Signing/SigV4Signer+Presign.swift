internal import Crypto
package import HTTPClient

extension SigV4Signer {
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
}
