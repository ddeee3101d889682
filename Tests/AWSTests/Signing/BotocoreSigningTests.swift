import Foundation
import HTTPTypes
import Testing

@testable import AWS

/// Random requests, paths, queries and forms, each as botocore signed it.
struct BotocoreSigningTests {
    @Test func `signs as botocore`() throws {
        let cases = try BotocoreSigning.load().signed
        #expect(cases.count == 150)
        for (index, one) in cases.enumerated() {
            let payload: SigV4Signer.Payload =
                switch one.payload {
                case "unsigned": .unsigned
                case "streamingUnsignedTrailer": .streamingUnsignedTrailer
                default: .body
                }
            let request = try one.request()
            let signed = one.signer.signed(request, at: one.unixSeconds, payload: payload)
            #expect(one.expected.count == 4)
            for (name, values) in one.expected {
                let name = try #require(HTTPField.Name(name))
                #expect(signed.headerFields[values: name] == values, "case \(index): \(one.url)")
            }
            // Nothing else of the request is touched.
            #expect((signed.url, signed.body, signed.method) == (request.url, request.body, request.method))
            #expect(others(signed.headerFields, than: one.expected) == others(request.headerFields, than: one.expected))
        }
    }

    private func others(_ fields: HTTPFields, than names: [String: [String]]) -> [HTTPField] {
        fields.filter { names[$0.name.canonicalName] == nil }
    }

    @Test func `presigns as botocore`() throws {
        let cases = try BotocoreSigning.load().presigned
        #expect(cases.count == 60)
        for one in cases {
            let url = one.signer.presignedURL(
                try one.request(), at: one.unixSeconds, expiresSeconds: try #require(one.expiresSeconds))
            #expect(url == one.expected)
        }
    }

    @Test func `signs forms as botocore`() throws {
        let cases = try BotocoreSigning.load().posts
        #expect(cases.count == 40)
        for one in cases {
            let range = try #require(one.bytes)
            let policy = PostPolicy(
                bucket: try #require(one.bucket), key: try #require(one.key), contentType: try #require(one.contentType),
                bytes: range[0]...range[1], expiresSeconds: try #require(one.expiresSeconds),
                fields: try #require(one.extra).map { ($0[0], $0[1]) })
            let form = policy.formFields(signedBy: one.signer, at: one.unixSeconds).map { [$0.name, $0.value] }
            #expect(form.dropLast(2) == one.expected.dropLast(2))
            #expect(form.suffix(2).map { $0[0] } == ["policy", "x-amz-signature"])
            let (ours, theirs) = (form[form.count - 2][1], one.expected[form.count - 2][1])
            #expect(try document(ours) == document(theirs))
            let time = SigningTime(unixSeconds: one.unixSeconds)
            #expect(form.last?[1] == one.signer.signature(ofStringToSign: ours, at: time))
            #expect(one.expected.last?[1] == one.signer.signature(ofStringToSign: theirs, at: time))
        }
    }

    private func document(_ policy: String) throws -> NSDictionary {
        let json = try JSONSerialization.jsonObject(with: Data(try Fixture.bytes(base64: policy)))
        return try #require(json as? NSDictionary)
    }
}
