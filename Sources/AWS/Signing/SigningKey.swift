internal import Crypto
internal import Synchronization

/// The key that signs for one day, region and service, derived from the secret by four HMACs.
/// Source: AWS IAM User Guide, "Create a signed AWS API request", step 4.
struct SigningKey {
    /// All that it is derived from, apart by a byte that is never in UTF-8.
    private let input: [UInt8]
    private let key: SymmetricKey

    /// Few services are called in a row with few credentials, and deriving a key takes as long as all the rest of a signature,
    /// some 8 µs: the last keys are kept, the newest at the end.
    private static let recent = Mutex<[SigningKey]>([])
    static let recentMax = 8
    static var recentCount: Int { recent.withLock { $0.count } }

    static func derived(secret: String, date: String, region: String, service: String) -> SymmetricKey {
        let parts = [date, region, service, "aws4_request"]
        let input = parts.reduce(Array(secret.utf8)) { $0 + [0xFF] + $1.utf8 }
        if let known = recent.withLock({ keys in keys.last { $0.input == input } }) { return known.key }
        let key = parts.reduce(SymmetricKey(data: Array("AWS4".utf8) + secret.utf8)) { key, part in
            SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        recent.withLock { keys in
            if keys.count == recentMax { keys.removeFirst() }
            keys.append(SigningKey(input: input, key: key))
        }
        return key
    }
}
