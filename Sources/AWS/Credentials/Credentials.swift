/// An access key with its secret. Prints without secrets.
package struct Credentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    package var accessKeyID: String
    package var secretAccessKey: String
    package var sessionToken: String?
    /// Unix seconds; nil never expires.
    package var expiration: Double?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Double? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }

    /// Whether a signature with either is the same, whenever they expire.
    func signsLike(_ other: Self) -> Bool { accessKeyID == other.accessKeyID && secrets == other.secrets }

    /// What must stand in no error and no log.
    var secrets: [String] { [secretAccessKey] + (sessionToken.map { [$0] } ?? []) }

    /// The first four characters of the key id are its kind (AKIA, ASIA) and no secret.
    package var description: String { "Credentials(\(accessKeyID.prefix(4))…)" }
    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": description]) }
}

/// Where credentials come from. Throws `AWSError` with code `.credentials` and the remedy.
package protocol CredentialsProvider: Sendable {
    func credentials() async throws -> Credentials
    /// AWS refused what `credentials()` gave: the next call must not give the same from a cache, where there is a newer one.
    func invalidate(_ refused: Credentials) async
}
