/// A signed policy for a browser's form upload to S3 ("POST policy", AWS S3 API Reference, "Authenticating requests in browser-based uploads").
package struct PostPolicy: Sendable {
    package var bucket: String
    package var key: String
    package var contentType: String
    package var bytes: ClosedRange<Int>
    package var expiresSeconds: Int
    /// User metadata and other fields that must come with exactly these values, such as `x-amz-meta-team`.
    package var fields: [(name: String, value: String)]

    package init(
        bucket: String, key: String, contentType: String, bytes: ClosedRange<Int>, expiresSeconds: Int,
        fields: [(name: String, value: String)] = []
    ) {
        self.bucket = bucket
        self.key = key
        self.contentType = contentType
        self.bytes = bytes
        self.expiresSeconds = expiresSeconds
        self.fields = fields
    }

    /// The form's fields in order, `key` first, `x-amz-signature` last; the file goes behind them.
    package func formFields(signedBy signer: SigV4Signer, at unixSeconds: Int) -> [(name: String, value: String)] {
        fatalError("contract")
    }
}
