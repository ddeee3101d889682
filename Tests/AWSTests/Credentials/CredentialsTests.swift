import HTTPClient
import HTTPTypes
import Logging
import Testing

@testable import AWS

struct CredentialsTests {
    @Test func `prints no secret`() {
        let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden", sessionToken: "token")
        #expect("\(credentials)" == "Credentials(AKID…)")
    }

    @Test func `no dump of what holds a secret shows it`() throws {
        let environment = ["AWS_REGION": "us-east-1", "AWS_SECRET_ACCESS_KEY": "s3cr3t", "AWS_ENDPOINT_URL": "http://s3cr3t/"]
        let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "s3cr3t", sessionToken: "s3cr3t")
        var configuration = AWSClient.Configuration(endpoints: EndpointResolver(environment: environment))
        configuration.bearerToken = "s3cr3t"
        let transport = ScriptedTransport([])
        let signer = SigV4Signer(credentials: credentials, region: "us-east-1", service: "s3")
        let request = ClientRequest(
            url: "https://host/path?X-Amz-Signature=s3cr3t", headerFields: [.authorization: "Bearer s3cr3t"],
            body: Array("s3cr3t".utf8))
        let holders: [Any] = [
            credentials, configuration, signer, request, EndpointResolver(environment: environment),
            AWSClient(
                configuration, transport: transport, credentials: StaticCredentials(credentials), logger: Logger(label: "test")),
            CredentialsChain(environment: environment, region: nil, transport: transport),
            CredentialsFetcher(environment: environment, region: nil, transport: transport, clock: AWSClock()),
            CredentialsPlan.fixed(credentials),
            SecurityTokenService(
                endpoint: Endpoint(url: "https://host", signingRegion: "r"), transport: transport, clock: AWSClock()),
        ]
        for holder in holders {
            var text = "\(holder) \(String(reflecting: holder)) "
            dump(holder, to: &text)
            #expect(!text.contains("s3cr3t"), "\(type(of: holder))")
            #expect(!text.contains("115, 51, 99"), "\(type(of: holder))")
        }
    }
}
