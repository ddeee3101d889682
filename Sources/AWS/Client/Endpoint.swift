/// Where a service answers and how its requests are signed.
package struct Endpoint: Hashable, Sendable {
    /// Scheme, host and port without a trailing slash; a path prefix of a custom endpoint is kept.
    package var url: String
    package var signingRegion: String
}

/// Finds endpoints from region and environment: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`,
/// `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`, and the partitions aws, aws-cn, aws-us-gov, aws-iso….
package struct EndpointResolver: Sendable {
    /// From `AWS_REGION`, `AWS_DEFAULT_REGION`, then the profile of the shared config file; nil when none says.
    package let region: String?

    package init(environment: [String: String]) { fatalError("contract") }

    /// Throws `AWSError` `.configuration` with the remedy when there is no region or a setting is no http(s) URL.
    package func endpoint(for service: AWSService) throws -> Endpoint { fatalError("contract") }
}
