import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

struct MetadataCredentialsTests {
    private static let container = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"]

    private static func chain(
        _ environment: [String: String], _ cloud: CloudStandIn, _ clock: ManualClock = ManualClock.atNewYear()
    ) -> CredentialsChain {
        CredentialsChain(environment: environment, region: "eu-west-1", transport: cloud, clock: clock.clock)
    }

    @Test func `asks for the session token with its life, then sends it with each request, by short deadlines`() async throws {
        let cloud = CloudStandIn()
        let found = try await Self.chain([:], cloud).credentials()
        #expect(found.accessKeyID == "ASIAINSTANCE")
        let fields = cloud.requests.map(\.headerFields)
        #expect(fields[0][HTTPField.Name("x-aws-ec2-metadata-token-ttl-seconds")!] == "21600")
        #expect(fields.dropFirst().allSatisfy { $0[HTTPField.Name("x-aws-ec2-metadata-token")!] == "imds-session" })
        #expect(cloud.requests.allSatisfy { $0.deadlines == MetadataClient.deadlines })
    }

    @Test(arguments: [[:], container, ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://credentials.example/x"]])
    func `no request goes through a proxy`(environment: [String: String]) async throws {
        let cloud = CloudStandIn()
        _ = try await Self.chain(environment, cloud).credentials()
        #expect(!cloud.requests.isEmpty)
        #expect(cloud.requests.allSatisfy { !$0.usesProxy })
    }

    @Test(arguments: [403, 404, 405])
    func `does not fall back to version 1`(status: Int) async throws {
        let cloud = CloudStandIn { index, _ in index == 0 ? CloudStandIn.text("", status: status) : nil }
        let error = await #expect(throws: AWSError.self) { try await Self.chain([:], cloud).credentials() }
        #expect(error?.status == status)
        #expect(cloud.requests.count == 1)
    }

    @Test(arguments: [
        (HTTPClientError.Code.connect, 1), (.connectTimeout, 1), (.resolve, 1), (.firstByteTimeout, 3), (.receive, 3),
    ])
    func `where nobody listens it asks once, where somebody is slow three times`(
        code: HTTPClientError.Code, attempts: Int
    ) async throws {
        let clock = ManualClock.atNewYear()
        let cloud = CloudStandIn { _, _ in throw CloudStandIn.failure(code) }
        let error = await #expect(throws: AWSError.self) { try await Self.chain([:], cloud, clock).credentials() }
        #expect(cloud.requests.count == attempts)
        #expect(clock.sleeps == Array([0.1, 0.2].prefix(attempts - 1)))
        #expect(error?.message.hasPrefix("no AWS credentials found") == true)
        #expect(error?.transport?.code == code)
    }

    @Test func `an instance without a role is told so`() async throws {
        let cloud = CloudStandIn { index, _ in index == 1 ? CloudStandIn.text("", status: 404) : nil }
        let error = await #expect(throws: AWSError.self) { try await Self.chain([:], cloud).credentials() }
        #expect(error?.message.contains("instance profile") == true)
    }

    @Test(arguments: ["", "\n", "../../x", "a/b", "a b", "rôle", String(repeating: "r", count: 129), "r?x", "r%2e"])
    func `refuses a role's name that would change the path`(name: String) async throws {
        let cloud = CloudStandIn { index, _ in index == 1 ? CloudStandIn.text(name) : nil }
        await #expect(throws: AWSError.self) { try await Self.chain([:], cloud).credentials() }
        #expect(cloud.requests.count == 2)
    }

    @Test(arguments: ["", "a b", "a\r\nb", "é"])
    func `refuses a session token that could not stand in a header field`(token: String) async throws {
        let cloud = CloudStandIn { index, _ in index == 0 ? CloudStandIn.text(token) : nil }
        await #expect(throws: AWSError.self) { try await Self.chain([:], cloud).credentials() }
        #expect(cloud.requests.count == 1)
    }

    @Test func `expired instance credentials are used on for a while`() async throws {
        let clock = ManualClock.atNewYear()
        let cloud = CloudStandIn { index, _ in
            index % 3 == 2 ? CloudStandIn.text(CloudStandIn.json(keyID: "ASIAOLD", expiration: "2025-12-31T23:00:00Z")) : nil
        }
        let chain = Self.chain([:], cloud, clock)
        let found = try await chain.credentials()
        #expect(found.accessKeyID == "ASIAOLD")
        #expect(found.expiration == clock.now + 900)
        #expect(try await chain.credentials() == found)
        #expect(cloud.requests.count == 3)
        clock.advance(601)
        _ = try await chain.credentials()
        #expect(cloud.requests.count == 6)
    }

    @Test(arguments: [
        "", "[]", "null", "{", #"{"AccessKeyId": "a"}"#, #"{"AccessKeyId": 1, "SecretAccessKey": "s3cr3t"}"#,
        #"{"AccessKeyId": "a b", "SecretAccessKey": "s3cr3t"}"#, #"{"AccessKeyId": "", "SecretAccessKey": "s3cr3t"}"#,
        #"{"AccessKeyId": "a", "SecretAccessKey": "s3cr3t\n"}"#,
        #"{"AccessKeyId": "a", "SecretAccessKey": "s3cr3t", "Expiration": "soon"}"#,
        #"{"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume s3cr3t"}"#,
    ])
    func `refuses an answer without usable credentials, and repeats none of it`(text: String) async throws {
        for (environment, index) in [([:], 2), (Self.container, 0)] {
            let cloud = CloudStandIn { number, _ in number == index ? CloudStandIn.text(text) : nil }
            let error = await #expect(throws: AWSError.self) { try await Self.chain(environment, cloud).credentials() }
            #expect(error?.code == .credentials)
            #expect(error.map { "\($0)".contains("s3cr3t") } == false)
        }
    }

    @Test func `names the error that the metadata service gives`() async throws {
        let cloud = CloudStandIn { _, _ in CloudStandIn.text(#"{"Code": "AssumeRoleUnauthorizedAccess"}"#) }
        let error = await #expect(throws: AWSError.self) { try await Self.chain(Self.container, cloud).credentials() }
        #expect(error?.message.contains("AssumeRoleUnauthorizedAccess") == true)
    }

    @Test func `stops reading an answer without end`() async throws {
        let cloud = CloudStandIn { _, _ in CloudStandIn.flood() }
        let error = await #expect(throws: AWSError.self) { try await Self.chain(Self.container, cloud).credentials() }
        #expect(error?.message.contains("65536 bytes") == true)
    }

    @Test(arguments: [500, 503, 429])
    func `tries a passing failure three times`(status: Int) async throws {
        let cloud = CloudStandIn { index, _ in index < 2 ? CloudStandIn.text("later", status: status) : nil }
        #expect(try await Self.chain(Self.container, cloud).credentials().accessKeyID == "ASIACONTAINER")
        #expect(cloud.requests.count == 3)
        let down = CloudStandIn { _, _ in CloudStandIn.text("s3cr3t", status: status) }
        let error = await #expect(throws: AWSError.self) { try await Self.chain(Self.container, down).credentials() }
        #expect(down.requests.count == MetadataClient.attemptsMax)
        #expect(error?.status == status)
        #expect(error?.message.contains("s3cr3t") == false)
    }

    @Test(arguments: [301, 307, 400, 401, 404])
    func `does not try again what will not pass, and follows no redirect`(status: Int) async throws {
        let cloud = CloudStandIn { _, _ in CloudStandIn.text("", status: status) }
        await #expect(throws: AWSError.self) { try await Self.chain(Self.container, cloud).credentials() }
        #expect(cloud.requests.count == 1)
    }

    @Test func `reads the container's token file anew at each refresh`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = try folder.write("token", "one")
        let environment = Self.container.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file]) { own, _ in own }
        let cloud = CloudStandIn()
        let chain = Self.chain(environment, cloud)
        let first = try await chain.credentials()
        try folder.write("token", "two")
        await chain.invalidate(first)
        _ = try await chain.credentials()
        #expect(cloud.requests.map { $0.headerFields[.authorization] } == ["one", "two"])
    }

    @Test func `reads profiles anew once their keys were refused`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        func text(_ id: String) -> String { "[default]\naws_access_key_id = \(id)\naws_secret_access_key = s3cr3t\n" }
        let chain = Self.chain(["AWS_SHARED_CREDENTIALS_FILE": try folder.write("credentials", text("AKIAONE"))], CloudStandIn())
        let first = try await chain.credentials()
        #expect(first.accessKeyID == "AKIAONE")
        try folder.write("credentials", text("AKIATWO"))
        #expect(try await chain.credentials() == first)
        await chain.invalidate(first)
        #expect(try await chain.credentials().accessKeyID == "AKIATWO")
    }

    @Test(arguments: [
        ("header.payload.signature\n", true), ("", false), ("a b", false), ("a\n\nb", false), ("\u{0}", false),
        (String(repeating: "x", count: 65_536), true), (String(repeating: "x", count: 65_537), false),
    ])
    func `takes a web identity token that is one word of bounded length`(token: String, isTaken: Bool) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = try folder.write("token", token)
        let cloud = CloudStandIn()
        let chain = Self.chain(["AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn:aws:iam::1:role/w"], cloud)
        let found = try? await chain.credentials()
        #expect((found != nil) == isTaken)
        #expect(cloud.requests.count == (isTaken ? 1 : 0))
    }

    @Test func `a role without a region is an error that names AWS_REGION`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = try folder.write("token", "x")
        let environment = ["AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn:aws:iam::1:role/w"]
        let chain = CredentialsChain(
            environment: environment, region: nil, transport: CloudStandIn(), clock: ManualClock.atNewYear().clock)
        let error = await #expect(throws: AWSError.self) { try await chain.credentials() }
        #expect(error?.code == .credentials)
        #expect(error?.message.contains("AWS_REGION") == true)
    }
}
