/// Which sources give the credentials, decided from environment and shared files alone; nothing has been asked yet.
indirect enum CredentialsPlan: Hashable, Sendable {
    case fixed(Credentials)
    case role(AssumedRole, source: CredentialsPlan)
    case webIdentity(AssumedRole, tokenFile: String)
    /// The whole URL to ask.
    case container(url: String)
    /// Scheme, host and port of the metadata service.
    case instanceMetadata(base: String)
}

/// A role to be assumed through STS. Source: AWS STS API Reference, "AssumeRole".
struct AssumedRole: Hashable, Sendable {
    var arn: String
    /// One is made up when there is none.
    var sessionName: String?
    var externalID: String?
    var durationSeconds: Int?

    /// What STS takes at all; the role's own maximum is within.
    static let durationSecondsRange = 900...43_200
}
