import Foundation
import Testing

@testable import AWS

struct EndpointTests {
    private struct Oracle: Decodable {
        var partitions: [String: String]
        var endpoints: [String: [String: [String?]]]
    }

    @Test func `finds the endpoints botocore finds, or refuses as it does`() throws {
        let oracle = try Fixture.decode(Oracle.self, from: "endpoints.json")
        var compared = 0
        for (service, regions) in oracle.endpoints {
            for (region, hosts) in regions {
                for (index, host) in hosts.enumerated() {
                    let resolver = EndpointResolver(environment: [
                        "AWS_REGION": region, "AWS_USE_FIPS_ENDPOINT": index & 1 == 1 ? "true" : "false",
                        "AWS_USE_DUALSTACK_ENDPOINT": index & 2 == 2 ? "TRUE" : "",
                    ])
                    let url = try? resolver.endpoint(for: Self.service(service)).url
                    #expect(url == host.map { "https://" + $0 }, "\(service) \(region) \(index)")
                    compared += 1
                }
            }
        }
        #expect(compared > 700)
    }

    @Test func `knows the partition of every region and of invented ones`() throws {
        for (region, partition) in try Fixture.decode(Oracle.self, from: "endpoints.json").partitions {
            #expect(EndpointResolver(environment: ["AWS_REGION": region]).partition == partition, "\(region)")
        }
    }

    @Test(arguments: [
        "", "-eu", "eu-", "eu_west_1", "eu.west", "12", "eu-west-1/x", "eu-west-1@evil.example", "eu west", "é-west-1",
        "aws-global",
        "aws-cn-global", "eu-west-1\n", String(repeating: "a", count: 64),
    ])
    func `refuses a region that is no host label`(region: String) {
        let error = #expect(throws: AWSError.self) {
            try EndpointResolver(environment: ["AWS_REGION": region]).endpoint(for: .sts)
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("AWS_REGION") == true)
    }

    @Test func `takes the region from AWS_REGION, then AWS_DEFAULT_REGION, then the profile`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = try folder.write("config", "[default]\nregion = eu-west-3\n[profile other]\nregion = eu-west-2\n")
        var environment = ["AWS_CONFIG_FILE": file, "AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-west-1"]
        #expect(EndpointResolver(environment: environment).region == "eu-north-1")
        environment["AWS_REGION"] = ""
        #expect(EndpointResolver(environment: environment).region == "eu-west-1")
        environment["AWS_DEFAULT_REGION"] = nil
        #expect(EndpointResolver(environment: environment).region == "eu-west-3")
        environment["AWS_DEFAULT_PROFILE"] = "other"
        #expect(EndpointResolver(environment: environment).region == "eu-west-2")
        #expect(EndpointResolver(environment: [:]).region == nil)
    }

    private static let files = """
        [default]
        region = eu-west-1
        endpoint_url = https://profile.example
        services = dev
        [profile plain]
        region = eu-west-1
        [profile ignoring]
        region = eu-west-1
        ignore_configured_endpoint_urls = true
        endpoint_url = https://profile.example
        [profile fips]
        region = eu-west-1
        use_fips_endpoint = true
        [profile broken]
        region = eu-west-1
        services = nowhere
        [services dev]
        bedrock_runtime =
          endpoint_url = http://localhost:4567/
        """

    @Test(arguments: [
        (
            ["AWS_ENDPOINT_URL": "https://all.example/", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://[::1]:8000/prefix/"],
            "http://[::1]:8000/prefix"
        ),
        (["AWS_ENDPOINT_URL": "https://all.example/"], "https://all.example"),
        (["AWS_ENDPOINT_URL_STS": "https://sts.example"], "http://localhost:4567"),
        ([:], "http://localhost:4567"),
        (["AWS_PROFILE": "plain"], "https://bedrock-runtime.eu-west-1.amazonaws.com"),
        (
            ["AWS_PROFILE": "ignoring", "AWS_ENDPOINT_URL": "https://all.example/"],
            "https://bedrock-runtime.eu-west-1.amazonaws.com"
        ),
        (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], "https://bedrock-runtime.eu-west-1.amazonaws.com"),
        (["AWS_PROFILE": "fips"], "https://bedrock-runtime-fips.eu-west-1.amazonaws.com"),
        (["AWS_PROFILE": "fips", "AWS_USE_FIPS_ENDPOINT": "false"], "https://bedrock-runtime.eu-west-1.amazonaws.com"),
    ])
    func `takes custom endpoints in the order of the SDKs`(environment: [String: String], expected: String) throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = try folder.write("config", Self.files)
        let resolver = EndpointResolver(environment: environment.merging(["AWS_CONFIG_FILE": file]) { own, _ in own })
        let endpoint = try resolver.endpoint(for: .bedrockRuntime)
        #expect(endpoint == Endpoint(url: expected, signingRegion: "eu-west-1"))
    }

    @Test(arguments: [
        (["AWS_PROFILE": "missing"], "missing"), (["AWS_PROFILE": "broken"], "nowhere"),
        (["AWS_USE_FIPS_ENDPOINT": "1"], "AWS_USE_FIPS_ENDPOINT"),
        (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "yes"], "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
        (["AWS_USE_FIPS_ENDPOINT": "true"], "FIPS"), (["AWS_USE_DUALSTACK_ENDPOINT": "true"], "dual-stack"),
        (["AWS_ENDPOINT_URL": "ftp://host"], "AWS_ENDPOINT_URL"),
        (["AWS_ENDPOINT_URL": "https://u:secret@host"], "AWS_ENDPOINT_URL"),
        (["AWS_ENDPOINT_URL": "https://host?secret"], "AWS_ENDPOINT_URL"), (["AWS_ENDPOINT_URL": "https://"], "AWS_ENDPOINT_URL"),
        (["AWS_ENDPOINT_URL": "host:80"], "AWS_ENDPOINT_URL"), (["AWS_ENDPOINT_URL": "http://host:99999"], "AWS_ENDPOINT_URL"),
        (["AWS_ENDPOINT_URL": "http://ho st"], "AWS_ENDPOINT_URL"), (["AWS_ENDPOINT_URL": "http://host\\@x"], "AWS_ENDPOINT_URL"),
        (["AWS_ENDPOINT_URL": "http://host#x"], "AWS_ENDPOINT_URL"), (["AWS_ENDPOINT_URL": "http://[::1"], "AWS_ENDPOINT_URL"),
        (["AWS_ENDPOINT_URL": "http://host/" + String(repeating: "a", count: 2_048)], "AWS_ENDPOINT_URL"),
    ])
    func `explains what is wrong with a setting without repeating its value`(
        environment: [String: String], mention: String
    ) throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = try folder.write("config", Self.files)
        let resolver = EndpointResolver(environment: environment.merging(["AWS_CONFIG_FILE": file]) { own, _ in own })
        let error = #expect(throws: AWSError.self) { try resolver.endpoint(for: .bedrockRuntime) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(mention) == true)
        #expect(error?.message.contains("secret@") == false && error?.message.contains("?secret") == false)
    }

    @Test func `names AWS_REGION when there is no region`() {
        let error = #expect(throws: AWSError.self) { try EndpointResolver(environment: [:]).endpoint(for: .bedrock) }
        #expect(error?.message.contains("AWS_REGION") == true)
    }

    @Test func `an unreadable config file is an error that names file and line`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = try folder.write("config", "[default]\nregion = eu-west-1\nsecret stuff\n")
        let resolver = EndpointResolver(environment: ["AWS_CONFIG_FILE": file, "AWS_REGION": "eu-west-1"])
        let error = #expect(throws: AWSError.self) { try resolver.endpoint(for: .bedrock) }
        #expect(error?.message.contains("\(file): line 3") == true)
        #expect(error?.message.contains("secret") == false)
    }

    private static func service(_ prefix: String) -> AWSService {
        AWSService(endpointPrefix: prefix, signingName: prefix, settingName: prefix.uppercased())
    }
}
