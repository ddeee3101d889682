import Foundation
import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

struct SecurityTokenServiceTests {
    private static let role = AssumedRole(
        arn: "arn:aws:iam::123456789012:role/app", sessionName: nil, externalID: "a&b=ü", durationSeconds: 900)
    private static let source = Credentials(accessKeyID: "AKIASOURCE", secretAccessKey: "s3cr3t", sessionToken: "s3ss10n")

    private static func service(_ cloud: CloudStandIn, _ clock: ManualClock = ManualClock.atNewYear()) -> SecurityTokenService {
        SecurityTokenService(
            endpoint: Endpoint(url: "https://sts.eu-west-1.amazonaws.com", signingRegion: "eu-west-1"), transport: cloud,
            clock: clock.clock)
    }

    private static func error(_ code: String, _ message: String) -> String {
        """
        <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>\(code)</Code>\
        <Message>\(message)</Message></Error><RequestId>r-1</RequestId></ErrorResponse>
        """
    }

    @Test func `posts a form and signs it for the endpoint's region`() async throws {
        let cloud = CloudStandIn()
        let found = try await Self.service(cloud).assume(Self.role, with: Self.source)
        #expect(found.accessKeyID == "ASIAAPPFROMAKIASOURCE")
        #expect(found.expiration == 3_976_214_400)
        let request = try #require(cloud.requests.first)
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fapp"
                + "&RoleSessionName=outcrop-1767225600&DurationSeconds=900&ExternalId=a%26b%3D%C3%BC")
        #expect(request.headerFields[.authorization]?.contains("/20260101/eu-west-1/sts/aws4_request") == true)
        #expect(request.headerFields[.contentType] == "application/x-www-form-urlencoded; charset=utf-8")
        #expect(request.deadlines == SecurityTokenService.deadlines)
    }

    @Test func `web identity is not signed`() async throws {
        let cloud = CloudStandIn()
        _ = try await Self.service(cloud).assume(Self.role, webIdentityToken: "tok")
        #expect(cloud.requests.first?.headerFields[.authorization] == nil)
        #expect(CloudStandIn.form(cloud.requests[0])["WebIdentityToken"] == "tok")
    }

    @Test func `a refusal keeps code, message and request id`() async throws {
        let cloud = CloudStandIn { _, _ in
            CloudStandIn.text(Self.error("AccessDenied", "User: &lt;me&gt; is not &#97;uthorized&#x21;"), status: 403)
        }
        let error = await #expect(throws: AWSError.self) { try await Self.service(cloud).assume(Self.role, with: Self.source) }
        #expect(error?.code == .credentials)
        #expect(error?.operation == "sts AssumeRole")
        #expect(error?.serviceCode == "AccessDenied")
        #expect(error?.message == "User: <me> is not authorized!")
        #expect(error?.status == 403)
        #expect(error?.requestID == "r-1")
        #expect(cloud.requests.count == 1)
    }

    @Test func `takes secrets and further lines out of a refusal`() async throws {
        let message = "no match for s3ss10n and s3cr3t!\nx-amz-security-token:s3ss10n" + String(repeating: "x", count: 9_999)
        let cloud = CloudStandIn { _, _ in CloudStandIn.text(Self.error("SignatureDoesNotMatch", message), status: 403) }
        let error = await #expect(throws: AWSError.self) { try await Self.service(cloud).assume(Self.role, with: Self.source) }
        #expect(error?.message == "no match for ... and ...!")
    }

    @Test func `takes the identity token out of a refusal and cuts it`() async throws {
        let message = "the token t0k3n is bad" + String(repeating: "x", count: 9_999)
        let cloud = CloudStandIn { _, _ in CloudStandIn.text(Self.error("InvalidIdentityToken", message), status: 400) }
        let error = await #expect(throws: AWSError.self) {
            try await Self.service(cloud).assume(Self.role, webIdentityToken: "t0k3n")
        }
        #expect(error?.message.hasPrefix("the token ... is bad") == true)
        #expect(error?.message.utf8.count == ServiceMessage.byteCountMax)
    }

    @Test(arguments: [
        (503, "<html>down</html>"), (429, ""), (400, "IDPCommunicationError"), (400, "Throttling"), (500, "InternalFailure"),
    ])
    func `tries a passing failure three times with pauses`(status: Int, code: String) async throws {
        let clock = ManualClock.atNewYear()
        let cloud = CloudStandIn { index, _ in
            index < 2 ? CloudStandIn.text(code.hasPrefix("<") ? code : Self.error(code, "later"), status: status) : nil
        }
        _ = try await Self.service(cloud, clock).assume(Self.role, with: Self.source)
        #expect(cloud.requests.count == 3)
        #expect(clock.sleeps == [0.1, 0.2])
        let down = CloudStandIn { _, _ in CloudStandIn.text(Self.error(code, "later"), status: status) }
        await #expect(throws: AWSError.self) { try await Self.service(down).assume(Self.role, with: Self.source) }
        #expect(down.requests.count == SecurityTokenService.attemptsMax)
    }

    @Test func `a network failure is tried again and then told with its cause`() async throws {
        let cloud = CloudStandIn { _, _ in throw CloudStandIn.failure(.resolve) }
        let error = await #expect(throws: AWSError.self) { try await Self.service(cloud).assume(Self.role, with: Self.source) }
        #expect(error?.code == .credentials)
        #expect(error?.transport?.code == .resolve)
        #expect(cloud.requests.count == 3)
    }

    @Test func `a wrong clock is set right by the answer's date, once`() async throws {
        let clock = ManualClock.atNewYear()
        let cloud = CloudStandIn { index, _ in
            index > 0
                ? nil
                : CloudStandIn.text(
                    Self.error("SignatureDoesNotMatch", "Signature expired"), status: 403, date: "Thu, 01 Jan 2026 02:00:00 GMT")
        }
        _ = try await Self.service(cloud, clock).assume(Self.role, with: Self.source)
        let dates = cloud.requests.map { $0.headerFields[HTTPField.Name("x-amz-date")!] }
        #expect(dates == ["20260101T000000Z", "20260101T020000Z"])
        let stubborn = CloudStandIn { index, _ in
            CloudStandIn.text(
                Self.error("SignatureDoesNotMatch", "no"), status: 403, date: "Thu, 01 Jan 2026 0\(index + 2):00:00 GMT")
        }
        await #expect(throws: AWSError.self) { try await Self.service(stubborn).assume(Self.role, with: Self.source) }
        #expect(stubborn.requests.count == 2)
    }

    @Test func `a cancelled call ends as cancelled`() async throws {
        let cloud = CloudStandIn { _, _ in throw CancellationError() }
        await #expect(throws: CancellationError.self) { try await Self.service(cloud).assume(Self.role, with: Self.source) }
        #expect(cloud.requests.count == 1)
    }

    @Test(arguments: [
        "", "{}", "<AccessKeyId>a</AccessKeyId>",
        CloudStandIn.tokenServiceXML(keyID: "a<b/>"), CloudStandIn.tokenServiceXML(keyID: ""),
        "<AccessKeyId>b</AccessKeyId>" + CloudStandIn.tokenServiceXML(keyID: "a"), CloudStandIn.tokenServiceXML(keyID: "&evil;"),
        CloudStandIn.tokenServiceXML(keyID: "&#xD800;"), CloudStandIn.tokenServiceXML(keyID: "a&"),
        CloudStandIn.tokenServiceXML(keyID: "a b"), CloudStandIn.tokenServiceXML(keyID: "a", expiration: "tomorrow"),
        "<!DOCTYPE x>" + CloudStandIn.tokenServiceXML(keyID: "a"), "<!-- -->" + CloudStandIn.tokenServiceXML(keyID: "a"),
    ])
    func `refuses an answer that is not what STS writes`(text: String) async throws {
        let cloud = CloudStandIn { _, _ in CloudStandIn.text(text) }
        let error = await #expect(throws: AWSError.self) { try await Self.service(cloud).assume(Self.role, with: Self.source) }
        #expect(error?.code == .credentials)
        #expect(error.map { "\($0)".contains("s3cr3t") } == false)
    }

    @Test func `every prefix of an answer is refused`() throws {
        let bytes = Array(CloudStandIn.tokenServiceXML(keyID: "ASIAX").utf8)
        let end = try #require(String(decoding: bytes, as: UTF8.self).range(of: "</Expiration>"))
        let enough = String(decoding: bytes, as: UTF8.self)[..<end.upperBound].utf8.count
        for count in 0..<bytes.count {
            let answer = TokenServiceAnswer(status: 200, date: nil, bytes: Array(bytes[..<count]))
            #expect((try? answer.credentials(operation: "x")) == nil || count >= enough)
        }
    }

    @Test func `stops reading an answer without end`() async throws {
        let cloud = CloudStandIn { _, _ in CloudStandIn.flood() }
        let error = await #expect(throws: AWSError.self) { try await Self.service(cloud).assume(Self.role, with: Self.source) }
        #expect(error?.message.contains("65536 bytes") == true)
    }

    @Test(arguments: [
        ("2026-11-21T18:42:55Z", 1_795_286_575.0), ("2026-11-21T18:42:55.25Z", 1_795_286_575.25),
        ("2026-11-21T19:42:55+01:00", 1_795_286_575.0), ("2026-11-21T10:42:55-0800", 1_795_286_575.0),
        ("2024-02-29T00:00:00Z", 1_709_164_800.0), ("1970-01-01t00:00:00z", 0.0), ("1969-12-31T23:59:59Z", -1.0),
    ])
    func `reads times`(text: String, seconds: Double) { #expect(Timestamp.unixSeconds(text) == seconds) }

    @Test(arguments: [
        "", "now", "2026-11-21", "2026-11-21T18:42:55", "2026-13-21T18:42:55Z", "2026-11-21T24:42:55Z", "2026-11-21 18:42:55Z",
        "2026-11-21T18:42:55.Z", "2026-11-21T18:42:55+1:00", "2026-11-21T18:42:55+25:00", "2026-11-21T18:42:55ZZ",
        "２026-11-21T18:42:55Z",
        "2026-11-21T18:42:55." + String(repeating: "1", count: 40) + "Z",
    ])
    func `refuses what is no time`(text: String) { #expect(Timestamp.unixSeconds(text) == nil) }
}
