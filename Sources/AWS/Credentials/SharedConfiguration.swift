/// The shared config and credentials files (`~/.aws/config`, `~/.aws/credentials`) with their profiles.
/// Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files"; botocore's `configloader`.
struct SharedConfiguration: Sendable {
    typealias Section = INIDocument.Section

    /// A larger file is refused.
    static let fileBytesMax = 1_048_576

    /// The profile asked for, or `default`.
    let profileName: String
    /// Whether somebody asked for this profile by name.
    let isProfileNamed: Bool
    /// Sections of the credentials file, by profile.
    private(set) var credentialsFile: [String: Section] = [:]
    /// Profiles of the config file.
    private(set) var configFile: [String: Section] = [:]
    /// `[services NAME]` of the config file.
    private(set) var services: [String: Section] = [:]
    /// Both files' profiles; where they disagree the credentials file wins.
    private(set) var profiles: [String: Section] = [:]

    /// Blocks on two files. Throws `AWSError` when one cannot be read; an absent one is empty.
    init(environment: [String: String], code: AWSError.Code = .configuration) throws(AWSError) {
        let named = environment.value("AWS_PROFILE") ?? environment.value("AWS_DEFAULT_PROFILE")
        profileName = named ?? "default"
        isProfileNamed = named != nil
        for (name, section) in try Self.sections("AWS_CONFIG_FILE", "config", environment, code) { addConfig(name, section) }
        profiles = configFile
        for (name, section) in try Self.sections("AWS_SHARED_CREDENTIALS_FILE", "credentials", environment, code) {
            credentialsFile[name] = section
            profiles[name, default: Section()].override(with: section)
        }
    }

    /// The merged section of the profile asked for.
    var profile: Section { profiles[profileName] ?? Section() }

    /// Names a profile that is not there, for an error.
    var missingProfileMessage: String? {
        guard isProfileNamed, profiles[profileName] == nil else { return nil }
        return "profile \"\(profileName)\" is in neither the shared config nor the credentials file; "
            + "correct AWS_PROFILE or add the profile"
    }

    private mutating func addConfig(_ name: String, _ section: Section) {
        if name == "default" {
            configFile[name] = section
            return
        }
        guard let words = ShellWords.split(name), words.count == 2 else { return }
        switch words[0] {
        case "profile": configFile[words[1]] = section
        case "services": services[words[1]] = section
        default: break
        }
    }

    private static func sections(
        _ variable: String, _ file: String, _ environment: [String: String], _ code: AWSError.Code
    ) throws(AWSError) -> [(name: String, section: Section)] {
        let home = environment.value("HOME")
        guard let path = path(environment.value(variable) ?? "~/.aws/\(file)", home: home) else { return [] }
        let failure = { (reason: String) in
            AWSError(
                code, operation: "shared \(file) file", message: "\(path): \(reason); mend it, or name another in \(variable)")
        }
        switch BoundedFile.read(path, byteCountMax: fileBytesMax) {
        case .absent: return []
        case .unreadable(let reason): throw failure(reason)
        case .bytes(let bytes):
            do {
                return try INIDocument(bytes).sections
            } catch {
                throw failure("line \(error.line): \(error.message)")
            }
        }
    }

    /// `~` at the start stands for the home directory; nil when there is none.
    static func path(_ path: String, home: String?) -> String? {
        guard path == "~" || path.utf8.starts(with: "~/".utf8) else { return path }
        return home.map { $0 + path.dropFirst() }
    }
}

extension INIDocument.Section {
    /// A setting's value; nil when it is not there, empty or nested.
    subscript(name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    fileprivate mutating func override(with other: Self) {
        for (name, value) in other.values {
            values[name] = value
            nested[name] = nil
        }
        for (name, value) in other.nested {
            nested[name] = value
            values[name] = nil
        }
    }
}

extension [String: String] {
    /// A variable's value; an empty one counts as not set.
    func value(_ name: String) -> String? {
        guard let value = self[name], !value.isEmpty else { return nil }
        return value
    }

    /// A switch: `true` in any case.
    func flag(_ name: String) -> Bool? { value(name).map { $0.lowercased() == "true" } }
}
