package import HTTP

/// Everything the server decides, as plain values; the executable reads them from the environment.
package struct ServerSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes any free port.
    package var port = 8080
    /// `bodyBytesMax` follows from `uploadBytesMax` and `jsonBodyBytesMax`.
    package var httpLimits = HTTPLimits()
    /// Bearer keys that are let in; none means that everyone is.
    package var apiKeys: [String] = []
    /// Whether without keys only requests under this server's own names are answered, see `HostPolicy`.
    package var checksHost = true
    package var rateLimit = RateLimit()
    /// Origins allowed to call from a browser, `*` for all; none turns CORS off.
    package var corsOrigins: [String] = []
    /// Base of the links in citations, without a slash at the end; links are relative without it.
    package var publicURL: String?
    /// What clients may call a model: `gpt-4o-mini` → a model id; `*` stands for every other name, the target `default` for `defaultModel`.
    package var modelAliases: [String: String] = [:]
    /// The model that answers when the alias target is `default`; the first generator's when nil.
    package var defaultModel: String?
    /// Signs upload forms and citation links.
    package var signingKey: SigningKey
    /// Shown in `/health`.
    package var version: String

    /// Largest uploaded file.
    package var uploadBytesMax = 256 * 1_048_576
    /// How long an upload form may be used.
    package var uploadExpirySeconds = 900
    /// How long a link in a citation works.
    package var linkExpirySeconds = 3_600
    /// Largest body of a JSON route.
    package var jsonBodyBytesMax = 8 * 1_048_576
    /// Answers being written at once; one more is refused with 503.
    package var answersMax = 256
    /// Files being received at once; one more is refused with 503.
    package var uploadsMax = 32
    /// Whether a finished upload starts a sync, so that it is found without being asked for. Off where nothing runs between two requests (Lambda).
    package var syncsAfterUpload = true
    /// Bytes of JSON bodies held by all requests together, still coming or not yet understood; a request beyond is refused with 503.
    package var jsonBytesInFlightMax = 128 * 1_048_576
    /// Longest silence of a stream before a comment goes out (API Gateway drops a stream silent for 30 s).
    package var keepAliveCommentSeconds = 15.0
    /// Longest answer that is collected for a client that does not stream.
    package var answerBytesMax = 8 * 1_048_576

    /// The defaults with this key and version.
    package init(signingKey: SigningKey, version: String) {
        self.signingKey = signingKey
        self.version = version
    }
}
