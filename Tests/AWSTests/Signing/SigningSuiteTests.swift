import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

/// aws-c-auth's published suite, every case, signed in its header and in its query.
struct SigningSuiteTests {
    @Test func `builds the suite's canonical requests and signatures`() throws {
        let cases = try SuiteCase.all()
        #expect(cases.count == 38)
        let time = SigningTime(unixSeconds: SuiteCase.unixSeconds)
        for one in cases {
            let canonicalRequest = try canonicalRequest(one)
            #expect(String(decoding: canonicalRequest.bytes, as: UTF8.self) == one.headerCanonicalRequest, "\(one.name)")
            #expect(one.signer.signature(of: canonicalRequest, at: time) == one.headerSignature, "\(one.name)")
        }
    }

    /// From the fields that the suite's signed request has, so that cases without normalization and with an unsigned token count.
    private func canonicalRequest(_ one: SuiteCase) throws -> CanonicalRequest {
        var fields = try SuiteCase.parse(one.headerSignedRequest).fields
        if one.context.omitSessionToken == true { fields[.xAmzSecurityToken] = nil }
        let url = RequestURL(try one.clientRequest().url)
        let lines = one.headerCanonicalRequest.split(separator: "\n")
        return CanonicalRequest(
            method: try one.clientRequest().method, path: url.path,
            rule: one.context.normalize ? .normalizedAndEncoded : .encoded,
            query: url.query, headers: CanonicalHeaders(fields, host: []), payloadHash: try #require(lines.last).utf8)
    }

    @Test func `signs requests with the suite's header fields`() throws {
        for one in try covered() {
            let signed = one.signer.signed(try one.clientRequest(), at: SuiteCase.unixSeconds)
            var expected = try SuiteCase.parse(one.headerSignedRequest).fields
            expected[SuiteCase.host] = nil
            #expect(set(signed.headerFields) == set(expected), "\(one.name)")
        }
    }

    @Test func `presigns the suite's URLs`() throws {
        for one in try covered() where !one.context.signBody {
            let url = one.signer.presignedURL(
                try one.clientRequest(), at: SuiteCase.unixSeconds, expiresSeconds: one.context.expirationInSeconds)
            let expected = "https://example.amazonaws.com" + (try SuiteCase.parse(one.querySignedRequest).target)
            // The order of the parameters is not part of the signature.
            #expect(parts(url) == parts(expected), "\(one.name)")
        }
    }

    /// What the public surface can be asked for: AWS's services do not differ in normalization but for S3, and a token is signed.
    private func covered() throws -> [SuiteCase] {
        let cases = try SuiteCase.all().filter { $0.context.normalize && $0.context.omitSessionToken != true }
        #expect(cases.count == 30)
        return cases
    }

    private func parts(_ url: String) -> [Substring] { url.split(whereSeparator: { $0 == "?" || $0 == "&" }).sorted() }

    private func set(_ fields: HTTPFields) -> [String] { fields.map { "\($0.name.canonicalName):\($0.value)" }.sorted() }
}
