extension Credentials {
    /// Itself, when it can stand in header fields: printable ASCII without spaces, of sane length.
    /// A line break caught up with a secret is the commonest mistake, and AWS would only say that the signature does not match.
    func validated(from source: String) throws(AWSError) -> Credentials {
        for (name, value) in [("access key id", accessKeyID), ("secret key", secretAccessKey), ("session token", sessionToken)] {
            guard let value else { continue }
            guard value.utf8.isVisibleASCII else {
                throw .credentials("the \(name) from \(source) holds a space, a line break or another character no key has")
            }
            guard !value.isEmpty, value.utf8.count <= Self.valueBytesMax else {
                throw .credentials("the \(name) from \(source) is empty or longer than \(Self.valueBytesMax) bytes")
            }
        }
        return self
    }

    /// Session tokens have no documented limit; those of today are under 2 KiB.
    static let valueBytesMax = 16_384
}
