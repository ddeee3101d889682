import Testing

@testable import AWS

struct CredentialsPlanTests {
    /// The plan for variables and two files' texts.
    private static func plan(
        _ variables: [String: String] = [:], config: String = "", credentials: String = ""
    ) throws -> CredentialsPlan {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var environment = variables
        environment["AWS_CONFIG_FILE"] = try folder.write("config", config)
        environment["AWS_SHARED_CREDENTIALS_FILE"] = try folder.write("credentials", credentials)
        let configuration = try SharedConfiguration(environment: environment, code: .credentials)
        return try CredentialsPlanner(environment: environment, configuration: configuration).plan()
    }

    private static let keys = "aws_access_key_id = AKIAX\naws_secret_access_key = s3cr3t\n"
    private static let role = "role_arn = arn:aws:iam::123456789012:role/r\n"

    @Test(arguments: [
        ("sso_account_id = 1\nsso_role_name = r\n", "SSO"), ("sso_role_name = r\n", "SSO"),
        ("login_session = arn:x\n", "aws login"), ("credential_process = /bin/keys --secret s3cr3t\n", "credential_process"),
        (role + "source_profile = k\nmfa_serial = 123\n", "mfa_serial"),
    ])
    func `refuses what a server cannot do and tells how to go on`(settings: String, mention: String) throws {
        let error = #expect(throws: AWSError.self) {
            try Self.plan(["AWS_PROFILE": "p"], config: "[profile p]\n\(settings)[profile k]\n\(Self.keys)")
        }
        #expect(error?.code == .credentials)
        #expect(error?.message.contains(mention) == true)
        #expect(error?.message.contains("aws configure export-credentials --profile 'p' --format env") == true)
        #expect(error?.message.contains("s3cr3t") == false)
    }

    @Test func `keys of the credentials file go before a credential process, as in botocore`() throws {
        let plan = try Self.plan(config: "[default]\ncredential_process = x\n", credentials: "[default]\n" + Self.keys)
        #expect(plan == .fixed(Credentials(accessKeyID: "AKIAX", secretAccessKey: "s3cr3t")))
    }

    @Test(arguments: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    func `half of a pair in the environment is an error that names the other half`(present: String) throws {
        let error = #expect(throws: AWSError.self) { try Self.plan([present: "s3cr3t"], credentials: "[default]\n" + Self.keys) }
        let missing = present == "AWS_ACCESS_KEY_ID" ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"
        #expect(error?.message.contains("set \(missing)") == true)
        #expect(error?.message.contains("s3cr3t") == false)
    }

    @Test func `an empty variable is not set`() throws {
        let plan = try Self.plan(
            ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": ""], credentials: "[default]\n" + Self.keys)
        #expect(plan == .fixed(Credentials(accessKeyID: "AKIAX", secretAccessKey: "s3cr3t")))
    }

    @Test(arguments: [
        "s3cr3t\n", "s3cr3t x", "s3cr3t\r\nx-evil: 1", "s3cr3té", "\u{0}s3cr3t", String(repeating: "s3cr3t", count: 3_000),
    ])
    func `refuses keys that could not stand in a header field`(value: String) throws {
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            var variables = ["AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "y"]
            variables[name] = value
            let error = #expect(throws: AWSError.self) { try Self.plan(variables) }
            #expect(error?.message.contains("environment") == true)
            #expect(error?.message.contains("s3cr3t") == false)
        }
    }

    @Test func `a chain of eight roles is planned, one of nine is refused`() throws {
        func config(_ roles: Int) -> String {
            (1...roles).map { "[profile p\($0)]\n\(Self.role)source_profile = p\($0 + 1)\n" }.joined()
                + "[profile p\(roles + 1)]\n\(Self.keys)"
        }
        var plan = try Self.plan(["AWS_PROFILE": "p1"], config: config(CredentialsPlanner.chainedRolesMax))
        var depth = 0
        while case .role(_, let source) = plan {
            depth += 1
            plan = source
        }
        #expect(depth == 8)
        let error = #expect(throws: AWSError.self) {
            try Self.plan(["AWS_PROFILE": "p1"], config: config(CredentialsPlanner.chainedRolesMax + 1))
        }
        #expect(error?.message.contains("more than 8 roles") == true)
    }

    @Test(arguments: ["899", "43201", "an hour", "1h", "-900", "99999999999999999999"])
    func `refuses a duration that STS does not take`(text: String) throws {
        let error = #expect(throws: AWSError.self) {
            try Self.plan(
                config: "[default]\n\(Self.role)source_profile = k\nduration_seconds = \(text)\n[profile k]\n\(Self.keys)")
        }
        #expect(error?.message.contains("duration_seconds") == true)
    }

    @Test(arguments: [
        "http://10.0.0.1/x", "http://128.0.0.1/", "http://127.0.0.1.evil.example/", "http://127.1/", "http://127.0.0.256/",
        "http://0177.0.0.1/", "http://2130706433/", "http://localhost@evil.example/", "http://[::2]/", "http://169.254.170.3/",
        "http://169.254.169.254/", "file:///etc/passwd", "//localhost/", "http://127.0.0.1\\@evil.example/",
        "http://127.0.0.1:0/", "",
    ])
    func `refuses to ask a host that must not see the token`(uri: String) throws {
        let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": uri, "AWS_EC2_METADATA_DISABLED": "true"]
        let error = #expect(throws: AWSError.self) { try Self.plan(variables) }
        #expect(error?.code == .credentials)
    }

    @Test(arguments: ["@evil.example/", "x", ".evil.example/", ":80@evil.example/", "/a b", "/a\r\nb", "/#"])
    func `refuses a relative URI that would leave its host`(uri: String) throws {
        #expect(throws: AWSError.self) { try Self.plan(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": uri]) }
    }

    @Test(arguments: [
        ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "ftp://x"], ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "169.254.169.254"],
        ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv5"],
    ])
    func `refuses metadata settings that mean nothing`(variables: [String: String]) throws {
        let error = #expect(throws: AWSError.self) { try Self.plan(variables) }
        #expect(error?.message.contains("AWS_EC2_METADATA_SERVICE_ENDPOINT") == true)
    }

    @Test func `with nothing configured the error tells what to do`() throws {
        let error = #expect(throws: AWSError.self) { try Self.plan(["AWS_EC2_METADATA_DISABLED": "true"]) }
        #expect(error?.message.contains("AWS_ACCESS_KEY_ID") == true)
        #expect(error?.message.contains("AWS_PROFILE") == true)
    }

    @Test func `prints no secret, however it is printed`() throws {
        let environment = [
            "AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s3cr3t", "AWS_ENDPOINT_URL": "https://u:s3cr3t@h",
        ]
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let files = ["AWS_SHARED_CREDENTIALS_FILE": try folder.write("c", "[default]\n\(Self.keys)[s]\nx =\n y = s3cr3t\n")]
        let all = environment.merging(files) { own, _ in own }
        let configuration = try SharedConfiguration(environment: all)
        let planner = CredentialsPlanner(environment: all, configuration: configuration)
        let clock = ManualClock.atNewYear().clock
        let things: [Any] = [
            configuration, planner, try planner.plan(), EndpointResolver(environment: all),
            CredentialsPlan.role(AssumedRole(arn: "a"), source: try planner.plan()),
            CredentialsFetcher(environment: all, region: nil, transport: CloudStandIn(), clock: clock),
            CredentialsChain(environment: all, region: nil, transport: CloudStandIn(), clock: clock),
            StaticCredentials(Credentials(accessKeyID: "AKIAX", secretAccessKey: "s3cr3t", sessionToken: "s3cr3t")),
        ]
        for thing in things {
            var dumped = ""
            dump(thing, to: &dumped)
            #expect(!dumped.isEmpty)
            for text in [dumped, "\(thing)", String(reflecting: thing)] { #expect(!text.contains("s3cr3t")) }
        }
    }
}
