/// Decides in botocore's order: environment, the profile's role, web identity, the profile's keys, container, instance metadata.
/// The first one that is configured decides; half a configuration is an error, not a reason to look further.
struct CredentialsPlanner: Sendable {
    /// Roles on the way to the first keys.
    static let chainedRolesMax = 8

    let environment: [String: String]
    let configuration: SharedConfiguration

    /// `.fixed` from the environment's keys, which make the files unnecessary; nil when there are none.
    static func environmentPlan(_ environment: [String: String]) throws(AWSError) -> CredentialsPlan? {
        let keyID = environment.value("AWS_ACCESS_KEY_ID")
        let secret = environment.value("AWS_SECRET_ACCESS_KEY")
        guard keyID != nil || secret != nil else { return nil }
        guard let keyID, let secret else {
            let missing = keyID == nil ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"
            throw .credentials("half of a key pair is in the environment: set \(missing) too, or unset the other half")
        }
        let credentials = Credentials(
            accessKeyID: keyID, secretAccessKey: secret, sessionToken: environment.value("AWS_SESSION_TOKEN"))
        return .fixed(try credentials.validated(from: "the environment (AWS_ACCESS_KEY_ID and so on)"))
    }

    func plan() throws(AWSError) -> CredentialsPlan {
        if let plan = try Self.environmentPlan(environment) { return plan }
        if let message = configuration.missingProfileMessage { throw .credentials(message) }
        let name = configuration.profileName
        if hasRole(configuration.profile) { return try rolePlan(name, visited: [name]) }
        if let plan = try webIdentityPlan(configuration.profile, environment: environment) { return plan }
        if let plan = try profilePlan(name) { return plan }
        if let url = try ContainerCredentials.url(environment) { return .container(url: url) }
        if let base = try instanceMetadataBase() { return .instanceMetadata(base: base) }
        throw Self.nothingFound
    }

    /// When every source of the chain has been passed.
    static var nothingFound: AWSError {
        .credentials(
            "no AWS credentials found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE with a shared config file, "
                + "or run where a role is given (Lambda, ECS, EKS, EC2)")
    }

    private func instanceMetadataBase() throws(AWSError) -> String? {
        try InstanceMetadata.base(environment: environment, profile: configuration.profile)
    }

    // MARK: Roles

    /// A profile with a token file assumes its role by web identity instead.
    private func hasRole(_ profile: SharedConfiguration.Section) -> Bool {
        profile["role_arn"] != nil && profile["web_identity_token_file"] == nil
    }

    private func hasKeys(_ profile: SharedConfiguration.Section) -> Bool {
        profile["aws_access_key_id"] != nil || profile["aws_secret_access_key"] != nil
    }

    private func rolePlan(_ name: String, visited: [String]) throws(AWSError) -> CredentialsPlan {
        guard visited.count <= Self.chainedRolesMax else {
            throw .credentials("source_profile leads through more than \(Self.chainedRolesMax) roles: shorten the chain")
        }
        let profile = configuration.profiles[name] ?? SharedConfiguration.Section()
        let role = try assumedRole(profile, name)
        switch (profile["source_profile"], profile["credential_source"]) {
        case (nil, nil):
            throw .credentials("profile \"\(name)\" has a role_arn but neither source_profile nor credential_source: add one")
        case (_?, _?):
            throw .credentials("profile \"\(name)\" has both source_profile and credential_source: remove one")
        case (nil, let source?):
            return .role(role, source: try namedSource(source, name))
        case (let source?, nil):
            return .role(role, source: try sourcePlan(source, of: name, visited: visited))
        }
    }

    private func assumedRole(_ profile: SharedConfiguration.Section, _ name: String) throws(AWSError) -> AssumedRole {
        guard profile["mfa_serial"] == nil else {
            throw .credentials(
                "profile \"\(name)\" wants a code from a device (mfa_serial), which a server cannot ask for: \(Self.exportRemedy(name))"
            )
        }
        var role = AssumedRole(arn: profile["role_arn"] ?? "")
        role.sessionName = profile["role_session_name"]
        role.externalID = profile["external_id"]
        if let text = profile["duration_seconds"] {
            guard let seconds = Int(text), AssumedRole.durationSecondsRange.contains(seconds) else {
                throw .credentials("duration_seconds of profile \"\(name)\" is no number of seconds from 900 to 43200")
            }
            role.durationSeconds = seconds
        }
        return role
    }

    /// Source: AWS SDKs and Tools Reference Guide, "Assume role credential provider", `credential_source`.
    private func namedSource(_ source: String, _ name: String) throws(AWSError) -> CredentialsPlan {
        switch source {
        case "Environment":
            if let plan = try Self.environmentPlan(environment) { return plan }
            throw .credentials("profile \"\(name)\" takes its source from the environment, which has no AWS_ACCESS_KEY_ID")
        case "EcsContainer":
            if let url = try ContainerCredentials.url(environment) { return .container(url: url) }
            throw .credentials(
                "profile \"\(name)\" takes its source from a container, but \(ContainerCredentials.relativeURI) is not set")
        case "Ec2InstanceMetadata":
            if let base = try instanceMetadataBase() { return .instanceMetadata(base: base) }
            throw .credentials(
                "profile \"\(name)\" needs the EC2 instance metadata, which AWS_EC2_METADATA_DISABLED switches off")
        default:
            throw .credentials(
                "credential_source of profile \"\(name)\" is none of Environment, Ec2InstanceMetadata and EcsContainer")
        }
    }

    private func sourcePlan(_ source: String, of parent: String, visited: [String]) throws(AWSError) -> CredentialsPlan {
        guard let profile = configuration.profiles[source] else {
            throw .credentials("profile \"\(parent)\" names source_profile \"\(source)\", which is in none of the shared files")
        }
        // A profile may name itself when it has keys of its own: role and keys then stand in one section.
        guard !visited.contains(source) || (source == parent && hasKeys(profile)) else {
            throw .credentials("source_profile goes in a circle: \((visited + [source]).joined(separator: ", "))")
        }
        if hasRole(profile), !hasKeys(profile) { return try rolePlan(source, visited: visited + [source]) }
        if let plan = try webIdentityPlan(profile, environment: [:]) { return plan }
        if let plan = try profilePlan(source) { return plan }
        throw .credentials("source_profile \"\(source)\" of profile \"\(parent)\" has no credentials")
    }

    /// The environment's variables go before the profile's settings, each for itself.
    private func webIdentityPlan(
        _ profile: SharedConfiguration.Section, environment: [String: String]
    ) throws(AWSError) -> CredentialsPlan? {
        let file = environment.value("AWS_WEB_IDENTITY_TOKEN_FILE") ?? profile["web_identity_token_file"]
        guard let file else { return nil }
        guard let arn = environment.value("AWS_ROLE_ARN") ?? profile["role_arn"] else {
            throw .credentials("there is a web identity token file but no role: set AWS_ROLE_ARN, or role_arn in the profile")
        }
        let sessionName = environment.value("AWS_ROLE_SESSION_NAME") ?? profile["role_session_name"]
        return .webIdentity(AssumedRole(arn: arn, sessionName: sessionName), tokenFile: file)
    }

    // MARK: Keys in profiles

    /// Nil when the profile says nothing about credentials.
    private func profilePlan(_ name: String) throws(AWSError) -> CredentialsPlan? {
        let profile = configuration.profiles[name] ?? SharedConfiguration.Section()
        guard profile["sso_account_id"] == nil, profile["sso_role_name"] == nil else {
            throw .credentials(
                "profile \"\(name)\" logs in through SSO, which this server does not do: \(Self.exportRemedy(name))")
        }
        if let plan = try keysPlan(configuration.credentialsFile[name], name, file: "credentials") { return plan }
        guard profile["login_session"] == nil else {
            throw .credentials("profile \"\(name)\" uses `aws login`, which this server does not do: \(Self.exportRemedy(name))")
        }
        guard profile["credential_process"] == nil else {
            throw .credentials(
                "profile \"\(name)\" has a credential_process, and this server starts no child processes for credentials: "
                    + Self.exportRemedy(name))
        }
        return try keysPlan(configuration.configFile[name], name, file: "config")
    }

    private func keysPlan(
        _ section: SharedConfiguration.Section?, _ name: String, file: String
    ) throws(AWSError) -> CredentialsPlan? {
        guard let section, let keyID = section["aws_access_key_id"] else { return nil }
        guard let secret = section["aws_secret_access_key"] else {
            throw .credentials(
                "profile \"\(name)\" of the shared \(file) file has aws_access_key_id but no aws_secret_access_key: add it")
        }
        let credentials = Credentials(
            accessKeyID: keyID, secretAccessKey: secret, sessionToken: section["aws_session_token"])
        return .fixed(try credentials.validated(from: "profile \"\(name)\" of the shared \(file) file"))
    }

    private static func exportRemedy(_ name: String) -> String {
        "put keys into the environment, for instance with `aws configure export-credentials --profile '\(name)' --format env`"
    }
}

/// Shows nothing of the environment, which holds secrets.
extension CredentialsPlanner: CustomReflectable {
    var customMirror: Mirror { Mirror(self, children: ["profile": configuration.profileName]) }
}

extension AWSError {
    static func credentials(_ message: String) -> AWSError { AWSError(.credentials, operation: "credentials", message: message) }
}
