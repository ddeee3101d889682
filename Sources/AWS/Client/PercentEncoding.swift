/// RFC 3986 §2.3 percent-encoding as SigV4 wants it: everything but `A–Z a–z 0–9 - . _ ~` becomes `%XX` in capitals.
package enum PercentEncoding {
    /// Encodes `/` too: an ARN in a path becomes one segment.
    package static func segment(_ text: String) -> String { fatalError("contract") }
    /// Keeps `/`: an S3 key.
    package static func path(_ text: String) -> String { fatalError("contract") }
}
