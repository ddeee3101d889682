package import HTTPClient

/// The SDKs' default chain: environment, shared files with profiles, web identity, container endpoint, IMDSv2. The first source that is
/// configured decides; its failure is the chain's failure.
///
/// Credentials are cached and refreshed before they expire by one caller while the others go on with what is still valid.
/// A failed refresh is not kept. Times are `clock`'s.
package final class CredentialsChain: CredentialsProvider {
    /// Reads files below the home directory named in `environment`; the environment is a parameter so that tests own it.
    package init(environment: [String: String], region: String?, transport: any HTTPTransport, clock: AWSClock = AWSClock()) {
        fatalError("contract")
    }

    package func credentials() async throws -> Credentials { fatalError("contract") }
    package func invalidate(_ refused: Credentials) async { fatalError("contract") }
}

/// Credentials that never change, for tests and explicit configuration.
package struct StaticCredentials: CredentialsProvider {
    private let value: Credentials
    package init(_ value: Credentials) { self.value = value }
    package func credentials() async throws -> Credentials { value }
    package func invalidate(_ refused: Credentials) async {}
}
