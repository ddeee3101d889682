package import HTTPClient

/// AWS Signature Version 4: canonical request, string to sign, signing key, signature. Pure; time is a parameter.
/// Source: AWS IAM User Guide, "Signature Version 4 for API requests".
package struct SigV4Signer: Sendable {
    /// What stands for the body in the canonical request.
    package enum Payload: Hashable, Sendable {
        /// SHA-256 of the request's body.
        case body
        /// `UNSIGNED-PAYLOAD`, only over TLS and only where the service allows it.
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
        isS3 = service == "s3" || service == "s3express"
    }

    /// The request with `Authorization`, `X-Amz-Date`, and `X-Amz-Security-Token` and `X-Amz-Content-Sha256` where they belong;
    /// header fields of these names are replaced. `unixSeconds` is the signing time.
    package func signed(_ request: ClientRequest, at unixSeconds: Int, payload: Payload = .body) -> ClientRequest {
        fatalError("contract")
    }

    /// The request's URL with the signature in its query, good for `expiresSeconds` (1…604800) from `unixSeconds`.
    /// Every header field of the request is signed and must be sent as it stands. The payload is unsigned for S3, otherwise that of the body.
    package func presignedURL(_ request: ClientRequest, at unixSeconds: Int, expiresSeconds: Int) -> String {
        fatalError("contract")
    }
}
