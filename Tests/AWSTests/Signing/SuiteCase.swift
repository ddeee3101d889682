import Foundation
import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

/// One folder of aws-c-auth's signing test suite.
struct SuiteCase: Decodable {
    struct Context: Decodable {
        struct Keys: Decodable {
            var accessKeyId: String
            var secretAccessKey: String
            var token: String?
        }

        var credentials: Keys
        var expirationInSeconds: Int
        var normalize: Bool
        var region: String
        var service: String
        var signBody: Bool
        var omitSessionToken: Bool?
    }

    var name: String
    var context: Context
    var request: String
    var headerCanonicalRequest: String
    var headerSignature: String
    var headerSignedRequest: String
    var queryCanonicalRequest: String
    var querySignature: String
    var querySignedRequest: String

    static func all() throws -> [SuiteCase] { try Fixture.decode([SuiteCase].self, from: "sigv4-suite.json") }

    static let host = HTTPField.Name("Host")!
    /// The moment of every case.
    static let unixSeconds = 1_440_938_160

    var signer: SigV4Signer {
        let keys = context.credentials
        let credentials = Credentials(
            accessKeyID: keys.accessKeyId, secretAccessKey: keys.secretAccessKey, sessionToken: keys.token)
        return SigV4Signer(credentials: credentials, region: context.region, service: context.service)
    }

    func clientRequest() throws -> ClientRequest {
        let parsed = try Self.parse(request)
        var fields = parsed.fields
        // As libcurl does it: the host comes from the URL.
        fields[SuiteCase.host] = nil
        if context.signBody { fields[.xAmzContentSHA256] = "to be replaced" }
        return ClientRequest(
            method: parsed.method, url: "https://example.amazonaws.com" + parsed.target, headerFields: fields, body: parsed.body)
    }

    static func parse(_ text: String) throws -> (method: HTTPRequest.Method, target: String, fields: HTTPFields, body: [UInt8]) {
        let halves = text.components(separatedBy: "\n\n")
        var lines = halves[0].components(separatedBy: "\n").filter { !$0.isEmpty }
        let start = lines.removeFirst().components(separatedBy: " ")
        let method = try #require(HTTPRequest.Method(start[0]))
        var fields = HTTPFields()
        for line in lines {
            if line.first == " " {
                // A folded value: the suite has one.
                let last = try #require(fields.last)
                fields[fields.endIndex - 1] = HTTPField(name: last.name, value: last.value + " " + line)
            } else {
                let colon = try #require(line.firstIndex(of: ":"))
                let name = try #require(HTTPField.Name(String(line[..<colon])))
                fields.append(HTTPField(name: name, value: String(line[line.index(after: colon)...])))
            }
        }
        return (
            method, start[1..<(start.count - 1)].joined(separator: " "), fields, Array((halves.count > 1 ? halves[1] : "").utf8)
        )
    }
}
