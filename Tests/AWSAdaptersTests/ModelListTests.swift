import AWS
import RAG
import Testing

@testable import AWSAdapters

extension FoundationModel {
    static func text(
        _ id: String, types: [String] = ["ON_DEMAND"], input: [String] = ["TEXT"], output: [String] = ["TEXT"],
        lifecycle: String? = "ACTIVE"
    ) -> FoundationModel {
        FoundationModel(
            id: id, name: nil, provider: nil, inputModalities: input, outputModalities: output, inferenceTypes: types,
            streams: true,
            lifecycle: lifecycle)
    }
}

extension InferenceProfile {
    static func system(_ id: String, model: String) -> InferenceProfile {
        InferenceProfile(
            id: id, arn: "arn:aws:bedrock:us-east-1:123456789012:inference-profile/\(id)", name: id,
            modelARNs: ["us-east-1", "us-west-2"].map { "arn:aws:bedrock:\($0)::foundation-model/\(model)" },
            type: "SYSTEM_DEFINED",
            status: "ACTIVE")
    }

    static func application(_ id: String, model: String) -> InferenceProfile {
        InferenceProfile(
            id: id, arn: "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/\(id)", name: id,
            modelARNs: ["arn:aws:bedrock:us-east-1::foundation-model/\(model)"], type: "APPLICATION", status: "ACTIVE")
    }
}

struct ModelListTests {
    static let sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0"
    static let profileARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456"

    static let models: [FoundationModel] = [
        .text("meta.llama3-1-8b-instruct-v1:0"), .text("amazon.nova-lite-v1:0", types: ["ON_DEMAND", "INFERENCE_PROFILE"]),
        .text(sonnet, types: ["INFERENCE_PROFILE"]), .text("anthropic.claude-v2:1", lifecycle: "LEGACY"),
        .text("cohere.embed-v4:0", output: ["EMBEDDING"]), .text("stability.sd3-5-large-v1:0", output: ["IMAGE"]),
        .text("cohere.rerank-v3-5:0"), .text("amazon.nova-sonic-v1:0", input: ["SPEECH"], output: ["SPEECH", "TEXT"]),
    ]
    static let system: [InferenceProfile] = [
        .system("us.\(sonnet)", model: sonnet), .system("us.cohere.embed-v4:0", model: "cohere.embed-v4:0"),
    ]
    static let application: [InferenceProfile] = [.application("abc123def456", model: sonnet)]

    static func full() -> ModelList {
        var list = ModelList()
        list.foundationModels = models
        list.systemProfiles = system
        list.applicationProfiles = application
        return list
    }

    @Test func `shows what answers with text and can be called as it is named`() {
        #expect(
            Self.full().listings == [
                ModelListing(id: "amazon.nova-lite-v1:0", ownedBy: "amazon"),
                ModelListing(id: "meta.llama3-1-8b-instruct-v1:0", ownedBy: "meta"),
                ModelListing(id: Self.profileARN, ownedBy: "anthropic"),
                ModelListing(id: "us.\(Self.sonnet)", ownedBy: "anthropic"),
            ])
    }

    static let known: [(id: String, model: String?)] = [
        (sonnet, sonnet), ("us.\(sonnet)", sonnet), (profileARN, sonnet), ("anthropic.claude-v2:1", "anthropic.claude-v2:1"),
        ("arn:aws:bedrock:eu-west-1::foundation-model/\(sonnet)", sonnet),
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.\(sonnet)", sonnet), ("cohere.embed-v4:0", nil),
        ("us.cohere.embed-v4:0", nil), ("stability.sd3-5-large-v1:0", nil), ("cohere.rerank-v3-5:0", nil),
        ("amazon.nova-sonic-v1:0", nil),
        ("nobody.knows-v1:0", nil),
        ("eu.\(sonnet)", nil), ("arn:aws:bedrock:us-east-1::foundation-model/nobody.knows-v1:0", nil), ("", nil),
    ]

    @Test func `knows the model behind ids, profiles and ARNs, shown or not`() {
        for row in Self.known {
            #expect(Self.full().model(of: row.id)?.text == row.model, "\(row.id)")
        }
    }

    @Test func `shows all profiles when nothing tells what their models are`() {
        var list = ModelList()
        #expect(list.isEmpty && !list.isComplete)
        list.systemProfiles = Self.system
        #expect(!list.isEmpty && !list.isComplete)
        #expect(list.listings.map(\.id) == ["us.\(Self.sonnet)", "us.cohere.embed-v4:0"])
        list.foundationModels = Self.models
        list.applicationProfiles = []
        #expect(list.isComplete)
        #expect(list.listings.map(\.id).last == "us.\(Self.sonnet)")
    }

    @Test func `shows no more than its limit`() {
        var list = ModelList()
        list.foundationModels = (0..<3_000).map { .text("x.m\($0)") }
        #expect(list.listings.count == ModelList.listingsMax)
        #expect(list.model(of: "x.m2999") != nil)
    }

    @Test func `shows no id that it would not take back, and none twice`() {
        var list = Self.full()
        list.foundationModels = Self.models + Self.models + [.text("a.b\u{1B}[2J"), .text(""), .text("ä.b"), .text("gpt")]
        list.systemProfiles = Self.system + [.system("us.a\nb", model: Self.sonnet)]
        #expect(list.listings == Self.full().listings)
        #expect(list.listings.allSatisfy { BedrockModelName.isPlausible($0.id) })
    }

    static let plausible = [
        sonnet, "us.\(sonnet)", "global.\(sonnet)", "us-gov.\(sonnet)", profileARN, "ai21.jamba-1-5-large-v1:0",
        "minimax.minimax-m2.1",
        "arn:aws-cn:bedrock:cn-north-1::foundation-model/a.b", "arn:aws:sagemaker:us-east-1:123456789012:endpoint/x",
        "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc", "qwen.qwen3-32b-v1:0",
        "amazon.titan-text-express-v1:0:8k",
    ]
    static let implausible = [
        "", "gpt-4o", "gpt-4.1", "gpt-4.1-mini", "claude-3.5-sonnet", "o1", "us.", "us.x", ".", "a.", ".a", "a b.c",
        "Anthropic.claude",
        "anthropic.claude\n", "anthropic.cläude", "e\u{301}.x", "arn:aws:s3:::bucket/x", "arn:aws:bedrock", "arn:",
        "arn:aws:bedrock:a:b:c",
        "arn:aws:bedrock:us-east-1::foundation-model/../guardrail/x", "arn:aws:bedrock:us-east-1::foundation-model/./x",
        "http://x.y/z", "../etc", "a.b/../c", "a.b?c", String(repeating: "a.", count: 1_100),
    ]

    @Test(arguments: plausible) func `takes it for an id of Bedrock's`(_ id: String) {
        #expect(BedrockModelName.isPlausible(id))
    }

    @Test(arguments: implausible) func `takes it for no id of Bedrock's`(_ id: String) {
        #expect(!BedrockModelName.isPlausible(id))
    }

    @Test func `tells what the lists would have`() {
        #expect(BedrockModelName.isListed(Self.sonnet))
        #expect(BedrockModelName.isListed(Self.profileARN))
        #expect(BedrockModelName.isListed("arn:aws:bedrock:us-east-1::foundation-model/a.b"))
        #expect(!BedrockModelName.isListed("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc"))
        #expect(!BedrockModelName.isListed("arn:aws:bedrock:us-east-1:123456789012:imported-model/abc"))
        #expect(BedrockModelName.isApplicationProfile(Self.profileARN))
        #expect(!BedrockModelName.isApplicationProfile("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.b"))
        #expect(!BedrockModelName.isApplicationProfile(Self.sonnet))
    }
}
