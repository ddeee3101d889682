/// Where a service answers and how its requests are signed.
package struct Endpoint: Hashable, Sendable {
    /// Scheme, host and port without a trailing slash; a path prefix of a custom endpoint is kept.
    package var url: String
    package var signingRegion: String
}

/// Finds endpoints from region and environment: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`,
/// `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`, the same settings of the profile in the shared config file, and the partitions
/// aws, aws-cn, aws-us-gov, aws-iso….
package struct EndpointResolver: Sendable {
    /// From `AWS_REGION`, `AWS_DEFAULT_REGION`, then the profile of the shared config file; nil when none says.
    package let region: String?

    private let usesFIPS: Bool
    private let usesDualStack: Bool
    /// By setting name, such as `STS`; and "" for all services.
    private let customURLs: [String: String]
    private let profileURLs: ProfileURLs
    /// Why the shared config file did not help; thrown when an endpoint is asked for.
    private let problem: AWSError?

    /// Reads the shared config file (blocks): make one at start and keep it.
    package init(environment: [String: String]) { self.init(environment: environment, region: nil) }

    /// `region` goes before what environment and file say.
    init(environment: [String: String], region: String?) {
        var configuration: SharedConfiguration?
        var problem: AWSError?
        do throws(AWSError) {
            configuration = try SharedConfiguration(environment: environment)
            problem = configuration?.missingProfileMessage.map { Self.error($0) }
        } catch { problem = error }
        let profile = configuration?.profile ?? SharedConfiguration.Section()
        // What is neither true nor false is refused: `1` for FIPS would otherwise mean no FIPS.
        let flag = { (name: String) in
            let variable = "AWS_\(name.uppercased())"
            guard let value = environment.value(variable) ?? profile[name] else { return false }
            if let flag = Bool(value.lowercased()) { return flag }
            problem = problem ?? Self.error("\(variable) (\(name) of the profile) is neither true nor false")
            return false
        }
        self.region =
            region ?? environment.value("AWS_REGION") ?? environment.value("AWS_DEFAULT_REGION") ?? profile["region"]
        usesFIPS = flag("use_fips_endpoint")
        usesDualStack = flag("use_dualstack_endpoint")
        let ignoresCustom = flag("ignore_configured_endpoint_urls")
        customURLs = ignoresCustom ? [:] : Self.customURLs(environment)
        profileURLs = ignoresCustom ? ProfileURLs() : ProfileURLs(profile, configuration)
        self.problem = problem
    }

    /// The region's partition as ARNs name it, such as `aws` or `aws-us-gov`.
    package var partition: String { Partition(region: region ?? "").id }

    /// Throws `AWSError` `.configuration` with the remedy when there is no region or a setting is no http(s) URL.
    package func endpoint(for service: AWSService) throws -> Endpoint {
        if let problem { throw problem }
        guard let region else {
            throw Self.error("no region: set AWS_REGION, or `region` in the profile of the shared config file")
        }
        guard Partition.isRegionName(region) else {
            throw Self.error(
                "the region is not a region's name such as eu-central-1: correct AWS_REGION or the profile's `region`")
        }
        if let custom = try customURL(for: service) {
            return Endpoint(url: try validated(custom.url, setting: custom.setting), signingRegion: region)
        }
        return Endpoint(url: "https://" + (try host(of: service, in: region)), signingRegion: region)
    }

    // MARK: Custom endpoints

    private static let variablePrefix = "AWS_ENDPOINT_URL"

    private static func customURLs(_ environment: [String: String]) -> [String: String] {
        var urls: [String: String] = [:]
        for (name, value) in environment where !value.isEmpty && name.utf8.starts(with: variablePrefix.utf8) {
            if name == variablePrefix { urls[""] = value }
            if name.utf8.starts(with: (variablePrefix + "_").utf8) {
                urls[String(name.dropFirst(variablePrefix.count + 1))] = value
            }
        }
        return urls
    }

    /// The SDKs' order: variable of the service, variable for all, the profile's services section, the profile.
    private func customURL(for service: AWSService) throws -> (url: String, setting: String)? {
        if let url = customURLs[service.settingName] { return (url, "\(Self.variablePrefix)_\(service.settingName)") }
        if let url = customURLs[""] { return (url, Self.variablePrefix) }
        if let name = profileURLs.servicesName {
            guard let services = profileURLs.services else {
                throw Self.error("the profile names [services \(name)], which the shared config file does not have")
            }
            if let url = services[service.settingName.lowercased()] { return (url, "endpoint_url of [services \(name)]") }
        }
        return profileURLs.all.map { ($0, "endpoint_url of the profile") }
    }

    /// Without the slash at the end. The URL itself stays out of the error: it may hold a password.
    private func validated(_ url: String, setting: String) throws -> String {
        guard !usesFIPS, !usesDualStack else {
            throw Self.error("\(setting) cannot be combined with FIPS or dual-stack endpoints: drop one of the two settings")
        }
        guard let parsed = HTTPURL(url), !parsed.target.utf8.contains(UInt8(ascii: "?")) else {
            throw Self.error("\(setting) is not a URL of the form https://host[:port][/path]")
        }
        let slashes = parsed.target.utf8.reversed().prefix { $0 == UInt8(ascii: "/") }.count
        return String(url.dropLast(slashes))
    }

    // MARK: AWS's own endpoints

    /// Services whose FIPS endpoint in GovCloud is the ordinary one. Source: their endpoint rule sets.
    private static let govCloudFIPSByDefault: Set = ["sts", "sqs", "kinesis", "logs"]

    private func host(of service: AWSService, in region: String) throws -> String {
        let partition = Partition(region: region)
        let name = service.endpointPrefix
        switch name {
        case "s3":
            guard !usesFIPS || partition != .china else {
                throw Self.error("S3 has no FIPS endpoint in China: unset AWS_USE_FIPS_ENDPOINT")
            }
            return "s3\(usesFIPS ? "-fips" : "")\(usesDualStack ? ".dualstack" : "").\(region).\(partition.dnsSuffix)"
        case "secretsmanager" where usesDualStack && Self.secretsManagerIsDualStack(partition, usesFIPS: usesFIPS):
            return "\(name)\(usesFIPS ? "-fips" : "").\(region).\(partition.dnsSuffix)"
        case _ where usesFIPS && !usesDualStack && partition == .govCloud && Self.govCloudFIPSByDefault.contains(name):
            return "\(name).\(region).\(partition.dnsSuffix)"
        default:
            return
                "\(name)\(usesFIPS ? "-fips" : "").\(region).\(usesDualStack ? partition.dualStackDNSSuffix : partition.dnsSuffix)"
        }
    }

    /// Where the ordinary endpoint answers over IPv6 too.
    private static func secretsManagerIsDualStack(_ partition: Partition, usesFIPS: Bool) -> Bool {
        partition == .standard || partition == .govCloud || (partition == .china && !usesFIPS)
    }

    private static func error(_ message: String) -> AWSError {
        AWSError(.configuration, operation: "endpoint", message: message)
    }
}

/// Shows the region only: URLs of strangers may hold passwords.
extension EndpointResolver: CustomStringConvertible, CustomReflectable {
    package var description: String { "EndpointResolver(\(region ?? "no region"))" }
    package var customMirror: Mirror { Mirror(self, children: ["region": region as Any]) }
}

/// The custom endpoints that a profile names; nothing else of it is kept, least of all its keys.
private struct ProfileURLs: Sendable {
    /// For all services.
    var all: String?
    var servicesName: String?
    /// By service, such as `bedrock_runtime`; nil when the section is not there.
    var services: [String: String]?

    init() {}

    init(_ profile: SharedConfiguration.Section, _ configuration: SharedConfiguration?) {
        all = profile["endpoint_url"]
        servicesName = profile["services"]
        let section = servicesName.flatMap { configuration?.services[$0] }
        services = section?.nested.compactMapValues { $0["endpoint_url"] }.filter { !$0.value.isEmpty }
    }
}
