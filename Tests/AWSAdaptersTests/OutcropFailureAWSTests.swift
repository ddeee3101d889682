import AWS
import HTTPClient
import RAG
import Testing

@testable import AWSAdapters

private struct FailureCase: Sendable, CustomTestStringConvertible {
    var code: String?
    var status: Int?
    var message: String
    var kind: OutcropFailure.Kind
    var failureCode: String
    var operation: String

    init(
        _ code: String?, _ status: Int?, _ kind: OutcropFailure.Kind, _ failureCode: String, saying message: String = "m",
        operation: String = "bedrock-runtime ConverseStream"
    ) {
        (self.code, self.status, self.message, self.kind) = (code, status, message, kind)
        (self.failureCode, self.operation) = (failureCode, operation)
    }

    var testDescription: String { "\(code ?? "-") \(status.map(String.init) ?? "-") \(message)" }
}

private let serviceCases: [FailureCase] = [
    FailureCase("AccessDeniedException", 403, .forbidden, "model_access_denied"),
    FailureCase("ResourceNotFoundException", 404, .notFound, "model_not_found"),
    FailureCase("ResourceNotFoundException", 404, .notFound, "resource_not_found", operation: "bedrock-agent-runtime Retrieve"),
    FailureCase("ModelTimeoutException", 408, .modelTimeout, "model_timeout"),
    FailureCase("ModelErrorException", 424, .modelFailed, "model_error"),
    FailureCase("ModelStreamErrorException", 424, .modelFailed, "model_error"),
    FailureCase("ThrottlingException", 429, .rateLimited, "rate_limit_exceeded"),
    FailureCase("ModelNotReadyException", 429, .rateLimited, "rate_limit_exceeded"),
    // Its status in the service model is 400, or 402 in the agent's.
    FailureCase("ServiceQuotaExceededException", 400, .rateLimited, "rate_limit_exceeded"),
    FailureCase("ServiceQuotaExceededException", 402, .rateLimited, "rate_limit_exceeded"),
    FailureCase("ValidationException", 400, .invalidRequest, "model_refused_request"),
    FailureCase("InternalServerException", 500, .internal, "upstream_error"),
    FailureCase("ServiceUnavailableException", 503, .unavailable, "upstream_unavailable"),
    // As event streams write them, with and without a status.
    FailureCase("throttlingException", nil, .rateLimited, "rate_limit_exceeded"),
    FailureCase("internalServerException", 500, .internal, "upstream_error"),
    FailureCase("modelStreamErrorException", 424, .modelFailed, "model_error"),
    FailureCase("validationException", nil, .invalidRequest, "model_refused_request"),
    FailureCase("serviceUnavailableException", nil, .unavailable, "upstream_unavailable"),
    // Context too long, in the words of several makers.
    FailureCase(
        "ValidationException", 400, .invalidRequest, "context_length_exceeded", saying: "Input is too long for requested model."),
    FailureCase(
        "ValidationException", 400, .invalidRequest, "context_length_exceeded",
        saying: "The model returned the following errors: prompt is too long: 208310 tokens > 200000 maximum"),
    FailureCase(
        "ValidationException", 400, .invalidRequest, "context_length_exceeded",
        saying: "This model's maximum context length is 8192 tokens"),
    FailureCase(
        "validationException", 400, .invalidRequest, "context_length_exceeded",
        saying: "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"),
    FailureCase(
        "ValidationException", 400, .invalidRequest, "context_length_exceeded",
        saying: "400 Bad Request: Too many input tokens. Max input tokens: 8192"),
    FailureCase(nil, 413, .invalidRequest, "context_length_exceeded"),
    // A model that does not exist comes as a validation error too.
    FailureCase("ValidationException", 400, .notFound, "model_not_found", saying: "The provided model identifier is invalid."),
    // Credentials, signatures, keys: ours to mend.
    FailureCase("UnrecognizedClientException", 403, .internal, "aws_credentials"),
    FailureCase("ExpiredTokenException", 403, .internal, "aws_credentials"),
    FailureCase("InvalidSignatureException", 403, .internal, "aws_credentials"),
    FailureCase("MissingAuthenticationTokenException", 403, .internal, "aws_credentials"),
    FailureCase(
        "AccessDeniedException", 403, .internal, "aws_credentials",
        saying: "Authentication failed: Please make sure your API Key is valid."),
    FailureCase(
        "AccessDeniedException", 403, .internal, "aws_credentials",
        saying: "The security token included in the request is expired"),
    FailureCase(nil, 401, .internal, "aws_credentials"),
    // Nothing but a status, as from a proxy, and nothing at all.
    FailureCase(nil, 403, .forbidden, "model_access_denied"),
    FailureCase(nil, 404, .notFound, "model_not_found"),
    FailureCase(nil, 429, .rateLimited, "rate_limit_exceeded"),
    FailureCase(nil, 502, .unavailable, "upstream_unavailable"),
    FailureCase(nil, 504, .gatewayTimeout, "upstream_timeout"),
    FailureCase("TeapotException", 418, .badGateway, "upstream_error"),
    FailureCase(nil, nil, .badGateway, "upstream_error"),
]

struct OutcropFailureAWSTests {
    private func failure(
        _ code: String?, _ status: Int?, _ message: String = "m", operation: String = "bedrock-runtime ConverseStream",
        retryAfter: Double? = nil
    ) -> OutcropFailure {
        OutcropFailure(
            AWSError(
                .service, operation: operation, message: message, serviceCode: code, status: status, requestID: "r",
                retryAfterSeconds: retryAfter))
    }

    @Test(arguments: serviceCases) private func `maps the service's errors`(_ one: FailureCase) {
        let failure = failure(one.code, one.status, one.message, operation: one.operation)
        #expect(failure.kind == one.kind)
        #expect(failure.code == one.failureCode)
        #expect(!failure.message.isEmpty)
    }

    @Test(
        arguments: [
            (nil, 1), (0.0, 1), (-5, 1), (0.2, 1), (1, 1), (2.1, 3), (300, 300), (86_400, 300), (.infinity, 1), (.nan, 1),
        ] as [(Double?, Int)])
    func `says when to come back after throttling`(seconds: Double?, expected: Int) {
        #expect(failure("ThrottlingException", 429, retryAfter: seconds).retryAfterSeconds == expected)
    }

    @Test func `says when to come back to a service that names a time`() {
        #expect(failure("ServiceUnavailableException", 503, retryAfter: 4).retryAfterSeconds == 4)
        #expect(failure("ServiceUnavailableException", 503).retryAfterSeconds == nil)
        #expect(failure("ValidationException", 400, retryAfter: 4).retryAfterSeconds == nil)
    }

    @Test(arguments: [
        ("bedrock-runtime ConverseStream", "bedrock:InvokeModelWithResponseStream"),
        ("bedrock-runtime Converse", "bedrock:InvokeModel "), ("bedrock-runtime InvokeModel", "bedrock:InvokeModel "),
        ("bedrock-agent-runtime Retrieve", "bedrock:Retrieve"), ("bedrock-agent-runtime Rerank", "bedrock:Rerank"),
        ("bedrock ListFoundationModels", "bedrock:ListFoundationModels"),
    ])
    func `names the permission that is missing`(operation: String, action: String) {
        #expect(failure("AccessDeniedException", 403, operation: operation).message.contains(action))
    }

    @Test(arguments: ["AccessDeniedException", "ExpiredTokenException", "ThrottlingException", "InternalServerException"])
    func `does not quote what AWS says of the caller`(code: String) {
        let text = "User: arn:aws:sts::123456789012:assumed-role/Prod/me is not authorized to perform: bedrock:InvokeModel"
        let message = failure(code, 403, text).message
        for secret in ["arn", "123456789012", "Prod", "User:"] { #expect(!message.contains(secret)) }
    }

    @Test(arguments: ["ValidationException", "ResourceNotFoundException", "ModelErrorException"])
    func `masks ARNs, accounts and keys in what it quotes`(code: String) {
        let text = """
            The model \"arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc\" (account 123456789012, key AKIAIOSFODNN7EXAMPLE, \
            role AROAIOSFODNN7EXAMPLE:me) is not ready at 1234567890123.
            """
        let message = failure(code, nil, text).message
        for secret in ["arn:", "123456789012,", "AKIA", "AROA", "provisioned"] { #expect(!message.contains(secret)) }
        #expect(message.contains("is not ready at 1234567890123."))
    }

    @Test(arguments: [
        "s3://team-secrets/plan.pdf", "https://vpce-0a1b.bedrock-runtime.us-east-1.vpce.amazonaws.com/model/x",
        "bucket.s3.eu-west-1.amazonaws.com.cn", "(ip-10-0-3-7.ec2.internal)", "10.0.3.7:8443", "123456789012.dkr.ecr",
        "\"arn:aws-cn:iam::123456789012:role/x\",", "account=123456789012",
    ])
    func `masks hosts, addresses and buckets in what it quotes`(secret: String) {
        let message = failure("ValidationException", 400, "Cannot read \(secret) of version 2.1.0 and 1.2.3.4.5").message
        #expect(message.contains("Cannot read (…) of version 2.1.0 and 1.2.3.4.5"), "\(message)")
    }

    @Test func `cuts long texts at a named length`() {
        let long = String(repeating: "x", count: 10_000)
        let message = failure("ValidationException", 400, long).message
        #expect(message.filter { $0 == "x" }.count <= OutcropFailure.serviceMessageScalarsMax)
        #expect(message.hasSuffix("…"))
        let fits = String(repeating: "y", count: OutcropFailure.serviceMessageScalarsMax)
        #expect(failure("ValidationException", 400, fits).message.hasSuffix("y"))
    }

    @Test(arguments: [
        (HTTPClientError.Code.resolve, OutcropFailure.Kind.badGateway), (.connect, .badGateway), (.tls, .badGateway),
        (.proxy, .badGateway), (.send, .badGateway), (.receive, .badGateway), (.truncated, .badGateway),
        (.protocolViolation, .badGateway), (.tooLarge, .badGateway), (.invalidRequest, .badGateway),
        (.connectTimeout, .gatewayTimeout), (.firstByteTimeout, .gatewayTimeout), (.idleTimeout, .gatewayTimeout),
        (.totalTimeout, .gatewayTimeout), (.overloaded, .unavailable), (.closed, .unavailable), (.unavailable, .unavailable),
    ])
    func `maps the network's failures`(code: HTTPClientError.Code, kind: OutcropFailure.Kind) {
        let cause = HTTPClientError(code, phase: .connect, host: "vpce-1.internal:443", message: "to vpce-1.internal")
        let failure = OutcropFailure(AWSError(.transport, operation: "x", message: "to vpce-1.internal", transport: cause))
        #expect(failure.kind == kind)
        #expect(!failure.message.contains("vpce"))
    }

    @Test(arguments: [
        (AWSError.Code.credentials, OutcropFailure.Kind.internal, "aws_credentials"),
        (.configuration, .internal, "aws_configuration"), (.malformedResponse, .badGateway, "upstream_malformed"),
        (.transport, .badGateway, "upstream_unreachable"),
    ])
    func `maps what never reached a service`(code: AWSError.Code, kind: OutcropFailure.Kind, failureCode: String) {
        let failure = OutcropFailure(
            AWSError(code, operation: "sts AssumeRole", message: "role arn:aws:iam::123456789012:role/x"))
        #expect(failure.kind == kind && failure.code == failureCode)
        #expect(!failure.message.contains("1234"))
    }
}
