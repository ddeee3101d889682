import Foundation
import HTTPClient
import HTTPTypes
import Testing

@testable import AWS

/// What botocore does with the same variables and files (`make_credentials.py`).
struct BotocoreChainTests {
    struct Case: Decodable {
        struct Request: Decodable, Hashable {
            var method: String
            var url: String
            var form: [String: String]
            var signer: String?
            var token: String?
            var authorization: String?
            var session: String?
        }

        var variables: [String: String]
        var config: String
        var credentials: String
        var accessKeyID: String?
        var sessionToken: String?
        var error: String?
        var requests: [Request]
    }

    @Test func `gives the credentials botocore gives, by the same requests, or refuses as it does`() async throws {
        let cases = try Fixture.decode([String: Case].self, from: "credentials.json")
        #expect(cases.count > 60)
        for (name, wanted) in cases {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let environment = try Self.environment(wanted, in: folder)
            let cloud = CloudStandIn()
            let chain = CredentialsChain(
                environment: environment, region: nil, transport: cloud, clock: ManualClock.atNewYear().clock)
            do {
                let found = try await chain.credentials()
                #expect(wanted.error == nil, "\(name)")
                #expect(found.accessKeyID == wanted.accessKeyID, "\(name)")
                #expect(found.sessionToken == wanted.sessionToken, "\(name)")
                #expect(cloud.requests.map(Self.noted) == wanted.requests, "\(name)")
            } catch let error as AWSError {
                #expect(wanted.error != nil, "\(name): \(error)")
                #expect(error.code == .credentials, "\(name)")
                #expect(!"\(error)".contains("s3cr3t"), "\(name)")
                #expect(cloud.requests.isEmpty, "\(name)")
            }
        }
    }

    private static func environment(_ wanted: Case, in folder: TemporaryFolder) throws -> [String: String] {
        let fill = { (text: String) in text.replacingOccurrences(of: "{folder}", with: folder.path) }
        var environment = wanted.variables.mapValues(fill)
        try folder.write("token", "header.payload.signature")
        environment["HOME"] = folder.path
        environment["AWS_CONFIG_FILE"] = try folder.write("config", fill(wanted.config))
        environment["AWS_SHARED_CREDENTIALS_FILE"] = try folder.write("credentials", fill(wanted.credentials))
        return environment
    }

    private static func noted(_ request: ClientRequest) -> Case.Request {
        var form = CloudStandIn.form(request)
        if form["RoleSessionName"]?.hasPrefix("outcrop-") == true { form["RoleSessionName"] = nil }
        let fields = request.headerFields
        let signer = CloudStandIn.signer(request)
        return Case.Request(
            method: request.method.rawValue, url: request.url, form: form, signer: signer,
            token: fields[HTTPField.Name("x-amz-security-token")!], authorization: signer == nil ? fields[.authorization] : nil,
            session: fields[HTTPField.Name("x-aws-ec2-metadata-token")!])
    }

    private struct INICase: Decodable {
        /// A text, or settings within a setting.
        enum Value: Decodable, Equatable {
            case text(String)
            case nested([String: String])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let text = try? container.decode(String.self) {
                    self = .text(text)
                } else {
                    self = .nested(try container.decode([String: String].self))
                }
            }
        }

        var text: String
        var sections: [String: [String: Value]]?
    }

    @Test func `reads INI files as botocore does`() throws {
        for wanted in try Fixture.decode([INICase].self, from: "ini.json") {
            let read = try? INIDocument(Array(wanted.text.utf8)).sections
            let sections = read.map { sections in
                Dictionary(uniqueKeysWithValues: sections.map { ($0.name, Self.values($0.section)) })
            }
            #expect(sections == wanted.sections, "\(wanted.text.debugDescription)")
        }
    }

    private static func values(_ section: INIDocument.Section) -> [String: INICase.Value] {
        section.values.mapValues { .text($0) }.merging(section.nested.mapValues { .nested($0) }) { text, _ in text }
    }
}
