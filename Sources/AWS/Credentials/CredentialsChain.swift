package import HTTPClient

/// The SDKs' default chain: environment, shared files with profiles, web identity, container endpoint, IMDSv2. The first source that is
/// configured decides; its failure is the chain's failure. The order is botocore's. Child processes (`credential_process`), SSO, `aws
/// login` and MFA codes are refused with the remedy.
///
/// Credentials are cached and refreshed before they expire by one caller while the others go on with what is still valid.
/// A failed refresh is not kept. Times are `clock`'s.
package final class CredentialsChain: CredentialsProvider {
    private let cache: CredentialsCache

    /// Reads files below the home directory named in `environment`; the environment is a parameter so that tests own it.
    /// Nothing is read or asked before the first call. `region` is that of STS; nil takes it from environment and files.
    package init(environment: [String: String], region: String?, transport: any HTTPTransport, clock: AWSClock = AWSClock()) {
        let fetcher = CredentialsFetcher(environment: environment, region: region, transport: transport, clock: clock)
        cache = CredentialsCache(clock: clock) { try await fetcher.credentials() }
    }

    /// Throws `AWSError` with code `.credentials`, or `CancellationError`.
    package func credentials() async throws -> Credentials { try await cache.credentials() }

    /// Drops `refused` from the cache if it is there: the next call asks the source again, files included.
    package func invalidate(_ refused: Credentials) async { cache.invalidate(refused) }
}

/// Credentials that never change, for tests and explicit configuration.
package struct StaticCredentials: CredentialsProvider {
    private let value: Credentials
    package init(_ value: Credentials) { self.value = value }
    package func credentials() async throws -> Credentials { value }
    package func invalidate(_ refused: Credentials) async {}
}
