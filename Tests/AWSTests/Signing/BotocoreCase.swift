import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

/// What botocore made of random requests: `botocore-signing.json`.
struct BotocoreSigning: Decodable {
    var signed: [BotocoreCase<[String: [String]]>]
    var presigned: [BotocoreCase<String>]
    var posts: [BotocoreCase<[[String]]>]

    static func load() throws -> BotocoreSigning { try Fixture.decode(BotocoreSigning.self, from: "botocore-signing.json") }
}

struct BotocoreCase<Expected: Decodable>: Decodable {
    var accessKeyId: String
    var secretAccessKey: String
    var sessionToken: String?
    var unixSeconds: Int
    var service: String
    var region: String
    var method: String
    var url: String
    var fields: [[String]]
    var body: String?
    var payload: String?
    var expiresSeconds: Int?
    var bucket: String?
    var key: String?
    var contentType: String?
    var bytes: [Int]?
    var extra: [[String]]?
    var expected: Expected

    var signer: SigV4Signer {
        let credentials = Credentials(accessKeyID: accessKeyId, secretAccessKey: secretAccessKey, sessionToken: sessionToken)
        return SigV4Signer(credentials: credentials, region: region, service: service)
    }

    func request() throws -> ClientRequest {
        var headerFields = HTTPFields()
        for pair in fields {
            headerFields.append(HTTPField(name: try #require(HTTPField.Name(pair[0])), value: pair[1]))
        }
        return ClientRequest(
            method: try #require(HTTPRequest.Method(method)), url: url, headerFields: headerFields,
            body: try Fixture.bytes(base64: body ?? ""))
    }
}
