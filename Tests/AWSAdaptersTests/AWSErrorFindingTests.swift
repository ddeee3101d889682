import AWS
import HTTPClient
import RAG
import Testing

@testable import AWSAdapters

struct AWSErrorFindingTests {
    private static func service(
        _ code: String, _ message: String, status: Int = 403, operation: String = "bedrock-runtime Converse"
    ) -> AWSError {
        AWSError(.service, operation: operation, message: message, serviceCode: code, status: status, requestID: "r-1")
    }

    private static func network(_ code: HTTPClientError.Code) -> AWSError {
        let cause = HTTPClientError(code, phase: .connect, host: "h:443", message: "because")
        return AWSError(.transport, operation: "bedrock-runtime Converse", message: "h:443: because", transport: cause)
    }

    @Test(
        arguments: [
            (service("ExpiredTokenException", "m"), "have expired"),
            (service("AccessDeniedException", "The security token included in the request is expired"), "have expired"),
            (service("InvalidSignatureException", "Signature expired: 20250101T000000Z is now earlier than"), "clock is wrong"),
            (service("UnrecognizedClientException", "m"), "AWS_SESSION_TOKEN"),
            (service("InvalidSignatureException", "The request signature we calculated does not match"), "AWS_SECRET_ACCESS_KEY"),
            (service("InvalidSignatureException", "Credential should be scoped to a valid region."), "correct AWS_REGION"),
            (service("AccessDeniedException", "Authentication failed: your API Key is not valid"), "AWS_BEARER_TOKEN_BEDROCK"),
            (service("AccessDeniedException", "m"), "request access to the model"),
            (service("AccessDeniedException", "m", operation: "bedrock-agent-runtime Retrieve"), "Allow bedrock:Retrieve"),
            (service("ResourceNotFoundException", "m", status: 404), "Check the id"),
            (service("ValidationException", "with on-demand throughput isn't supported", status: 400), "inference profile"),
            (service("ThrottlingException", "m", status: 429), "quota"),
            (service("InternalServerException", "m", status: 500), "Try again"),
            (network(.resolve), "AWS_REGION"), (network(.tls), "AWS_CA_BUNDLE"), (network(.connect), "firewall"),
            (network(.connectTimeout), "VPC endpoint"), (network(.firstByteTimeout), "Try again"),
            (AWSError(.malformedResponse, operation: "o", message: "m"), "Something else than AWS"),
            (AWSError(.credentials, operation: "credentials", message: "set AWS_PROFILE"), "set AWS_PROFILE"),
            (AWSError(.configuration, operation: "endpoint", message: "set AWS_REGION"), "set AWS_REGION"),
        ] as [(AWSError, String)])
    func `names the cause and the remedy`(error: AWSError, remedy: String) {
        #expect(error.finding.contains(remedy))
        #expect(error.finding.contains(error.operation))
        #expect(OutcropFailure(error).finding == error.finding)
    }

    @Test func `stops before the request that AWS calculated, which holds the session token`() {
        let error = Self.service(
            "InvalidSignatureException",
            "The signature does not match.\n\nThe Canonical String for this request should have been\n'POST\nx-amz-security-token:hidden"
        )
        #expect(error.finding.contains("The signature does not match [") && !error.finding.contains("hidden"))
    }

    @Test func `is one line of bounded length that no terminal obeys`() {
        let error = Self.service("ValidationException", "\u{1B}[2Jred\u{7}\u{202E}" + String(repeating: "x", count: 100_000))
        let finding = error.finding
        #expect(finding.unicodeScalars.count < 1_000)
        #expect(!finding.unicodeScalars.contains { $0.properties.generalCategory == .control || $0 == "\u{202E}" })
    }

    @Test(arguments: [AWSError.Code.credentials, .configuration, .malformedResponse])
    func `keeps accounts and hosts from clients`(code: AWSError.Code) {
        let failure = OutcropFailure(AWSError(code, operation: "o", message: "role arn:aws:iam::123456789012:role/x"))
        #expect(!failure.message.contains("123456789012") && failure.finding?.contains("123456789012") == true)
    }
}
