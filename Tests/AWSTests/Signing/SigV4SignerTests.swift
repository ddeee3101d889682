import Foundation
import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

struct SigV4SignerTests {
    let keys = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    @Test(arguments: [
        ("https://h", "h", "", ""), ("https://h/", "h", "/", ""), ("https://h?a=b", "h", "", "a=b"),
        ("https://h:443/", "h", "/", ""), ("http://h:80/", "h", "/", ""), ("https://h:80/", "h:80", "/", ""),
        ("http://h:443", "h:443", "", ""), ("http://h:08080/x", "h:8080", "/x", ""),
        ("HTTPS://H.Example:443/", "H.Example", "/", ""),
        ("https://u:p@h:1/", "h:1", "/", ""), ("https://u@x@h/", "h", "/", ""), ("http://[::1]:80/a", "[::1]", "/a", ""),
        ("http://[::1]:81/a", "[::1]:81", "/a", ""), ("http://[fe80::1]", "[fe80::1]", "", ""),
        ("https://h/a?b?c=/d#e?f", "h", "/a", "b?c=/d"), ("https://h#f", "h", "", ""), ("https://h/a@b:9?x", "h", "/a@b:9", "x"),
        ("https://h:/", "h", "/", ""),
    ])
    func `takes apart a URL as libcurl sends it`(_ text: String, _ host: String, _ path: String, _ query: String) {
        let url = RequestURL(text)
        #expect(String(decoding: url.host, as: UTF8.self) == host)
        #expect(String(decoding: url.path, as: UTF8.self) == path)
        #expect(String(decoding: url.query, as: UTF8.self) == query)
        #expect(url.isTLS == text.lowercased().hasPrefix("https"))
    }

    @Test(arguments: [
        "", "x", "http", "http:", "http:/", "https://", "://", "#", "?", "https://?", "https://@", "https://[", "https://]:",
    ])
    func `what is no URL does not trap`(_ text: String) {
        let signer = SigV4Signer(credentials: keys, region: "r", service: "s3")
        #expect(signer.signed(ClientRequest(url: text), at: 0).headerFields[.authorization] != nil)
        #expect(signer.presignedURL(ClientRequest(url: text), at: 0, expiresSeconds: 1).contains("X-Amz-Signature="))
    }

    @Test(arguments: [
        ("", "/"), ("/", "/"), ("//", "/"), ("/a/..", "/"), ("/a/b/..", "/a"), ("/a/b/../", "/a/"), ("/../..", "/"),
        ("/...", "/..."),
        ("/.a/..b", "/.a/..b"), ("/prefix/model/x%3A0/converse", "/prefix/model/x%253A0/converse"),
        ("/%2E%2E/a", "/%252E%252E/a"),
        ("/a%2Fb", "/a%252Fb"), ("/a:b", "/a%3Ab"), ("/a//b/", "/a/b/"),
    ])
    func `normalizes a path and encodes it once more, but for S3`(_ path: String, _ canonical: String) {
        #expect(canonicalPath(path, .normalizedAndEncoded) == canonical)
        #expect(canonicalPath(path, .asSent) == (path.isEmpty ? "/" : path))
    }

    private func canonicalPath(_ path: String, _ rule: CanonicalRequest.PathRule) -> String {
        let request = CanonicalRequest(
            method: .get, path: ArraySlice(path.utf8), rule: rule, query: [], headers: CanonicalHeaders([:], host: []),
            payloadHash: "".utf8)
        return String(String(decoding: request.bytes, as: UTF8.self).split(separator: "\n")[1])
    }

    @Test(arguments: [
        ("", ""), ("a", "a="), ("a=", "a="), ("=", "="), ("=b", "=b"), ("a=b=c", "a=b%3Dc"), ("b=1&a=2", "a=2&b=1"),
        ("a=2&a=10&a=1", "a=1&a=10&a=2"), ("a-=1&a=2", "a=2&a-=1"), ("A=1&a=2&B=3", "A=1&B=3&a=2"),
        // The order is that of the encoded names: % comes before letters.
        ("z=1&%C3%BC=2", "%C3%BC=2&z=1"), ("a=%2f&a=%2F", "a=%2F&a=%2F"), ("a=x+y", "a=x%2By"), ("a&&b", "=&a=&b="),
        ("a=%41%7e", "a=A~"),
        (
            "list-type=2&prefix=documents%2F&continuation-token=1%3D%3D",
            "continuation-token=1%3D%3D&list-type=2&prefix=documents%2F"
        ),
    ])
    func `sorts and encodes a query`(_ query: String, _ canonical: String) {
        let request = CanonicalRequest(
            method: .get, path: [], rule: .asSent, query: ArraySlice(query.utf8), headers: CanonicalHeaders([:], host: []),
            payloadHash: "".utf8)
        let lines = String(decoding: request.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[2] == canonical)
    }

    @Test func `signs a second time as the first`() {
        let signer = SigV4Signer(credentials: keys, region: "us-east-1", service: "s3")
        let request = ClientRequest(method: .put, url: "https://b.s3.amazonaws.com/k", body: [1, 2, 3])
        let once = signer.signed(request, at: 1_700_000_000, payload: .unsigned)
        let later = signer.signed(once, at: 1_700_000_100, payload: .unsigned)
        #expect(later.headerFields == signer.signed(request, at: 1_700_000_100, payload: .unsigned).headerFields)
        #expect(later.headerFields != once.headerFields)
        // A token that is no longer the credentials' goes.
        var temporary = signer
        temporary.credentials.sessionToken = "token"
        let withToken = temporary.signed(request, at: 0)
        #expect(withToken.headerFields[.xAmzSecurityToken] == "token")
        #expect(signer.signed(withToken, at: 0).headerFields == signer.signed(request, at: 0).headerFields)
    }

    @Test func `without TLS the body is signed, and other services name only a missing hash`() throws {
        let signer = SigV4Signer(credentials: keys, region: "us-east-1", service: "bedrock")
        let body = Array("{}".utf8)
        let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        let plain = ClientRequest(method: .post, url: "http://127.0.0.1:9/", body: body)
        #expect(signer.signed(plain, at: 0).headerFields[.xAmzContentSHA256] == nil)
        #expect(signer.signed(plain, at: 0, payload: .unsigned).headerFields[.xAmzContentSHA256] == hash)
        let secure = ClientRequest(method: .post, url: "https://127.0.0.1:9/", body: body)
        #expect(signer.signed(secure, at: 0, payload: .unsigned).headerFields[.xAmzContentSHA256] == "UNSIGNED-PAYLOAD")
        let s3 = SigV4Signer(credentials: keys, region: "us-east-1", service: "s3")
        #expect(s3.signed(secure, at: 0).headerFields[.xAmzContentSHA256] == hash)
    }

    @Test func `a custom host field is signed instead of the URL's`() throws {
        let signer = SigV4Signer(credentials: keys, region: "us-east-1", service: "bedrock")
        var request = ClientRequest(url: "https://127.0.0.1:8443/x")
        request.headerFields[SuiteCase.host] = "bedrock.us-east-1.amazonaws.com"
        let direct = signer.signed(ClientRequest(url: "https://bedrock.us-east-1.amazonaws.com/x"), at: 0)
        #expect(signer.signed(request, at: 0).headerFields[.authorization] == direct.headerFields[.authorization])
    }

    @Test func `a presigned URL keeps the hash a field names and drops the fragment`() {
        let signer = SigV4Signer(credentials: keys, region: "us-east-1", service: "s3")
        var request = ClientRequest(method: .put, url: "https://b.s3.amazonaws.com/k?x#fragment")
        let unsigned = signer.presignedURL(request, at: 0, expiresSeconds: 60)
        #expect(unsigned.hasPrefix("https://b.s3.amazonaws.com/k?x&X-Amz-Algorithm=") && !unsigned.contains("#"))
        request.headerFields[.xAmzContentSHA256] = String(repeating: "0", count: 64)
        #expect(
            signer.presignedURL(request, at: 0, expiresSeconds: 60).contains("X-Amz-SignedHeaders=host%3Bx-amz-content-sha256&"))
    }

    @Test func `few signing keys are kept, and none is taken for another`() {
        func signatures() -> [String?] {
            (0..<(3 * SigningKey.recentMax)).map { index in
                let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "secret\(index % 2)")
                let signer = SigV4Signer(credentials: credentials, region: "r\(index / 2)", service: "s")
                return signer.signed(ClientRequest(url: "https://h/"), at: 0).headerFields[.authorization]
            }
        }
        let once = signatures()
        #expect(Set(once).count == once.count)
        #expect(signatures() == once)
        #expect((1...SigningKey.recentMax).contains(SigningKey.recentCount))
    }

    @Test func `spells the time in UTC`() {
        let formatter = ISO8601DateFormatter()
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(state: seed)
        let edges = [0, -1, 86_399, 86_400, 951_782_400, 951_868_799, 951_868_800, 1_709_164_800, 4_107_542_399, 253_402_300_799]
        for seconds in edges + (0..<1_000).map({ _ in Int.random(in: 0..<253_402_300_800, using: &random) }) {
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            let time = SigningTime(unixSeconds: seconds)
            #expect(time.extended == expected, "seed \(seed)")
            #expect(time.timestamp == expected.filter { $0 != "-" && $0 != ":" })
            #expect(time.date == time.timestamp.prefix(8))
        }
    }
}
