internal import CCurl

/// libcurl, opened at first use.
struct CurlLibrary {
    /// With CURLOPT_PREREQFUNCTION: 7.80.0.
    private static let versionMin: UInt32 = 0x07_50_00

    /// The system's file of certificate authorities, as this libcurl was built.
    let certificateAuthorities: String?

    /// Takes some 10 ms the first time. Throws `.unavailable`.
    init() throws(HTTPClientError) {
        if let problem = ccurl_open() {
            throw Self.unavailable("libcurl cannot be opened (\(String(cString: problem))): install libcurl4")
        }
        guard ccurl_version_number() >= Self.versionMin else {
            throw Self.unavailable("this libcurl is too old: 7.80 or newer is needed")
        }
        certificateAuthorities = ccurl_default_ca_file().map { String(cString: $0) }
    }

    static func unavailable(_ message: String) -> HTTPClientError {
        HTTPClientError(.unavailable, phase: .connect, host: "", message: message)
    }
}
