import Crypto
internal import HTTPTypes
internal import RAG

/// Who is calling, as far as limits and logs may know: the beginning of the key's digest, never the key.
struct CallerID: Hashable, Sendable {
    let text: String
    /// Everyone, where no keys are asked for.
    static let anyone = CallerID(text: "anyone")
}

/// Lets callers in by `Authorization: Bearer <key>` (RFC 6750 §2.1).
struct Authenticator: Sendable {
    private let digests: [[UInt8]]

    init(apiKeys: [String]) {
        digests = apiKeys.map { Array(SHA256.hash(data: Array($0.utf8))) }
    }

    /// Throws `.unauthenticated` when keys are asked for and the request brings none of them.
    func authenticate(_ fields: HTTPFields) throws -> CallerID {
        guard !digests.isEmpty else { return .anyone }
        guard let header = fields[.authorization] else {
            throw refusal("No API key was given. Send it in the header: Authorization: Bearer YOUR_KEY.")
        }
        guard let key = Self.bearerToken(header) else {
            throw refusal("The Authorization header is not of the form: Bearer YOUR_KEY.")
        }
        let digest = Array(SHA256.hash(data: Array(key.utf8)))
        guard isKnown(digest) else { throw refusal("The API key is not one of this server's keys (OUTCROP_API_KEYS).") }
        return CallerID(text: Hex.encode(digest.prefix(4)))
    }

    /// Compares with every key to its last byte, so that time tells nothing of which came close.
    private func isKnown(_ digest: [UInt8]) -> Bool {
        var matches: UInt8 = 0
        for known in digests {
            var difference: UInt8 = 0
            for (ours, theirs) in zip(known, digest) { difference |= ours ^ theirs }
            // 1 for no difference, 0 for any, without a branch.
            matches |= UInt8(truncatingIfNeeded: (UInt16(difference) &- 1) >> 8) & 1
        }
        return matches == 1
    }

    /// RFC 9110 §11.1: the scheme's case does not matter. Two headers arrive joined by a comma, which is no token.
    private static func bearerToken(_ header: String) -> String? {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer", !parts[1].contains(",") else { return nil }
        return String(parts[1])
    }

    private func refusal(_ message: String) -> OutcropFailure {
        OutcropFailure(.unauthenticated, code: "invalid_api_key", message)
    }
}
