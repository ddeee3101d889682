internal import FoundationEssentials

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
        let time = SigningTime(unixSeconds: unixSeconds)
        var signed = fields
        signed += [
            ("x-amz-algorithm", SigV4Signer.algorithm), ("x-amz-credential", signer.credential(time)),
            ("x-amz-date", time.timestamp),
        ]
        if let token = signer.credentials.sessionToken { signed.append(("x-amz-security-token", token)) }
        let expiration = SigningTime(unixSeconds: unixSeconds + expiresSeconds).extended
        let policy = Data(document(expiration: expiration, signed).utf8).base64EncodedString()
        let signature = signer.signature(ofStringToSign: policy, at: time)
        return [("key", key), ("Content-Type", contentType)] + signed + [("policy", policy), ("x-amz-signature", signature)]
    }

    /// The policy itself: every form field but `policy`, `x-amz-signature` and the file needs its condition.
    private func document(expiration: String, _ signed: [(name: String, value: String)]) -> String {
        let exact = [("bucket", bucket), ("key", key), ("Content-Type", contentType)].map(Self.condition)
        let range = "[\"content-length-range\", \(bytes.lowerBound), \(bytes.upperBound)]"
        let conditions = (exact + [range] + signed.map(Self.condition)).joined(separator: ", ")
        return "{\"expiration\": \"\(expiration)\", \"conditions\": [\(conditions)]}"
    }

    private static func condition(name: String, value: String) -> String { "{\(quoted(name)): \(quoted(value))}" }

    /// A JSON string in ASCII, as the POST policy's grammar asks for: any other UTF-16 unit becomes `\uXXXX`.
    private static func quoted(_ text: String) -> String {
        var json: [UInt8] = [UInt8(ascii: "\"")]
        for unit in text.utf16 {
            switch unit {
            case 0x22, 0x5C: json += [UInt8(ascii: "\\"), UInt8(unit)]
            case 0x20...0x7E: json.append(UInt8(unit))
            default: json += "\\u\(Hexadecimal.string([UInt8(unit >> 8), UInt8(unit & 0xFF)]))".utf8
            }
        }
        return String(decoding: json, as: UTF8.self) + "\""
    }
}
