import FoundationEssentials
internal import RAG

/// What one upload form allows: signed by us, carried by the client, checked when the file comes.
struct UploadPolicy: Codable, Hashable, Sendable {
    var key: String
    var filename: String
    var contentType: String
    var bytesMax: Int
    /// Unix seconds.
    var expiresAt: Int
    var metadata: [String: JSONValue]

    enum CodingKeys: String, CodingKey {
        case key, filename, metadata
        case contentType = "content_type"
        case bytesMax = "max_bytes"
        case expiresAt = "expires"
    }

    /// Longest base64 form; metadata is the only part of free size.
    static let encodedBytesMax = 16_384

    /// The form's fields in the order a client must send them, `file` after them.
    func fields(signedWith key: SigningKey) throws -> [(name: String, value: String)] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let policy = try encoder.encode(self).base64EncodedString()
        guard policy.utf8.count <= Self.encodedBytesMax else {
            throw OutcropFailure(
                .tooLarge, code: "metadata_too_large", "The metadata is larger than an upload may carry.", parameter: "metadata")
        }
        return [
            ("key", self.key), ("Content-Type", contentType), ("policy", policy),
            ("signature", key.signature(of: policy, purpose: .upload)),
        ]
    }
}

extension UploadPolicy {
    /// The policy of a filled-in form. Throws `.forbidden` when it is not ours, too old, or contradicted by another field.
    init(form: [String: String], signedWith key: SigningKey, now: Int) throws {
        let policy = try Self.required("policy", form)
        guard key.isValid(try Self.required("signature", form), of: policy, purpose: .upload) else {
            throw Self.refusal(
                "The signature does not belong to this policy. Ask POST /v1/documents for a form and send its fields unchanged.")
        }
        // Signed by us, so a policy that cannot be read is another version's.
        guard let data = Data(base64Encoded: policy), let decoded = try? JSONDecoder().decode(UploadPolicy.self, from: data)
        else {
            throw Self.refusal("The policy is not one this version understands. Ask POST /v1/documents for a new form.")
        }
        self = decoded
        guard now < expiresAt else {
            throw Self.refusal("The upload form has expired. Ask POST /v1/documents for a new one.", code: "upload_expired")
        }
        try expect("key", self.key, form)
        try expect("content-type", contentType, form)
    }

    private func expect(_ field: String, _ expected: String, _ form: [String: String]) throws {
        guard try Self.required(field, form).utf8.elementsEqual(expected.utf8) else {
            throw Self.refusal("The field \(field) is not what the policy says. Send the form's fields unchanged.")
        }
    }

    private static func required(_ field: String, _ form: [String: String]) throws -> String {
        guard let value = form[field] else {
            throw OutcropFailure(
                .invalidRequest, code: "missing_field", "The form has no field \(field) before the file.", parameter: field)
        }
        return value
    }

    private static func refusal(_ message: String, code: String = "upload_forbidden") -> OutcropFailure {
        OutcropFailure(.forbidden, code: code, message)
    }
}
