import RAG
import Testing

@testable import AWSAdapters

struct ModelTraitsTests {
    private let catalog = ModelTraitsCatalog.builtIn()

    @Test func `reads its own catalogue`() throws {
        let rows = try ModelTraitsCatalog.rows(in: PackageResources.models_json)
        #expect(rows.count > 100)
        #expect(Set(rows.map(\.match)).count == rows.count, "a match stands twice")
        #expect(rows.first?.match == "", "the default row is missing")
    }

    @Test func `says the same of an unknown model in code and in its file`() {
        #expect(catalog.traits(of: "nobody.has-heard-of") == ModelTraits())
        #expect(catalog.traits(of: "") == ModelTraits())
    }

    @Test func `promises nothing that contradicts itself`() throws {
        for row in try ModelTraitsCatalog.rows(in: PackageResources.models_json) {
            let traits = catalog.traits(of: row.match)
            #expect(traits.outputTokensDefault <= traits.outputTokensMax, "\(row.match)")
            #expect(traits.outputTokensMax <= traits.contextTokens, "\(row.match)")
            #expect((traits.inputPrice == nil) == (traits.outputPrice == nil), "\(row.match)")
        }
    }

    @Test(arguments: [
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", 3.0), ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 3),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", 1), ("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", 3),
        ("apac.anthropic.claude-3-5-sonnet-20241022-v2:0", 3), ("jp.anthropic.claude-sonnet-4-5-20250929-v1:0", 3),
        ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", 0.25),
        (
            "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-3-haiku-20240307-v1:0",
            0.25
        ),
        ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0", 0.8),
        ("amazon.nova-lite-v1:0:300k", 0.06), ("ca.amazon.nova-lite-v1:0", 0.06), ("au.anthropic.claude-opus-4-6-v1", 5),
        ("anthropic.claude-opus-4-1-20250805-v1:0", 15), ("anthropic.claude-opus-4-20250514-v1:0", 15),
        ("anthropic.claude-opus-4-7", 5), ("openai.gpt-oss-120b-1:0", 0.15), ("meta.llama3-3-70b-instruct-v1:0", 0.72),
        ("mistral.mistral-large-2402-v1:0", 4), ("deepseek.r1-v1:0", 1.35), ("qwen.qwen3-32b-v1:0", 0.15),
        ("cohere.command-r-plus-v1:0", 3), ("cohere.command-r-v1:0", 0.5), ("ai21.jamba-1-5-mini-v1:0", 0.2),
        ("writer.palmyra-x5-v1:0", 0.6), ("amazon.nova-2-lite-v1:0", 0.3),
    ])
    func `sees through regions, ARNs and versions`(id: String, inputPrice: Double) {
        #expect(catalog.traits(of: id).inputPrice == inputPrice)
    }

    @Test(arguments: [
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456",
        "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc", "arn:aws:bedrock", "us.", "/", "anthropic",
    ])
    func `treats what tells no model as unknown`(id: String) {
        #expect(catalog.traits(of: id) == ModelTraits())
    }

    @Test(arguments: [
        ("anthropic.claude-3-haiku-20240307-v1:0", true, true, false),
        ("anthropic.claude-opus-4-1-20250805-v1:0", true, true, true),
        ("anthropic.claude-opus-4-6-v1", true, false, true), ("anthropic.claude-opus-4-7", false, false, true),
        ("anthropic.claude-sonnet-5", false, false, true), ("anthropic.claude-nine-of-the-future", false, false, true),
    ])
    func `knows what each generation of Claude refuses`(id: String, sampling: Bool, prefill: Bool, conflict: Bool) {
        let traits = catalog.traits(of: id)
        #expect(traits.takesSampling == sampling)
        #expect(traits.takesPrefill == prefill)
        #expect(traits.refusesTemperatureWithTopP == conflict)
        #expect(traits.takesSystem && traits.takesTools && traits.takesStopSequences)
    }

    @Test(arguments: ["amazon.titan-text-express-v1", "mistral.mistral-7b-instruct-v0:2", "cohere.command-text-v14"])
    func `knows models without system text`(id: String) { #expect(!catalog.traits(of: id).takesSystem) }

    @Test(arguments: ["qwen.qwen3-32b-v1:0", "openai.gpt-oss-20b-1:0", "deepseek.v3-v1:0", "amazon.titan-text-lite-v1"])
    func `knows models without stop sequences`(id: String) { #expect(!catalog.traits(of: id).takesStopSequences) }

    @Test func `lays a user's rows over all of its own`() throws {
        let json = """
            [{"match": "anthropic.claude-sonnet-4-5-20250929-v1:0", "outputPrice": 1, "comment": "our contract"},
             {"match": "anthropic.", "outputTokensDefault": 100}, {"match": "my.model", "takesSystem": false, "reasoning": "effort"},
             {"match": "anthropic.", "inputPrice": null}]
            """
        let mine = try catalog.overridden(by: Array(json.utf8))
        var expected = catalog.traits(of: "anthropic.claude-sonnet-4-5-20250929-v1:0")
        expected.outputPrice = 1
        expected.inputPrice = nil
        expected.outputTokensDefault = 100
        #expect(mine.traits(of: "eu.anthropic.claude-sonnet-4-5-20250929-v1:0") == expected)
        #expect(mine.traits(of: "my.model-2").reasoning == .effort)
        #expect(!mine.traits(of: "my.model-2").takesSystem)
        #expect(mine.traits(of: "amazon.nova-pro-v1:0") == catalog.traits(of: "amazon.nova-pro-v1:0"))
        let all = try mine.overridden(by: Array(#"[{"match": "default", "takesTools": false}]"#.utf8))
        #expect(!all.traits(of: "nobody.has-heard-of").takesTools)
        #expect(!all.traits(of: "amazon.nova-pro-v1:0").takesTools)
    }

    @Test(arguments: [
        ("us.anthropic.claude-sonnet-4-5", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("global.my.model", "eu.my.model-v1:0"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
        (
            "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc123def456",
            "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc123def456"
        ),
    ])
    func `takes a match as a model is named elsewhere`(match: String, id: String) throws {
        let mine = try catalog.overridden(by: Array(#"[{"match": "\#(match)", "outputTokensDefault": 77}]"#.utf8))
        #expect(mine.traits(of: id).outputTokensDefault == 77)
        #expect(mine.traits(of: "qwen.qwen3-32b-v1:0") == catalog.traits(of: "qwen.qwen3-32b-v1:0"))
    }

    @Test(arguments: ["us.", "arn:aws:bedrock:us-east-1::foundation-model/"])
    func `refuses a match that names no model`(match: String) {
        let failure = #expect(throws: OutcropFailure.self) {
            try catalog.overridden(by: Array(#"[{"match": "\#(match)", "takesTools": false}]"#.utf8))
        }
        #expect(failure?.message.contains("Row 1") == true)
    }

    @Test(arguments: [
        ("", "no JSON"), ("[", "no JSON"), (String(repeating: "[", count: 500_000), "no JSON"),
        (String(repeating: "[", count: 300_000) + String(repeating: "]", count: 300_000), "no JSON"),
        (String(repeating: "[", count: 400) + String(repeating: "]", count: 400), "Row 1 is no object"),
        ("{}", "array of objects"), ("[1]", "Row 1 is no object"),
        ("[{}]", "Row 1 has no \"match\""),
        (#"[{"match": ""}]"#, "no \"match\""), (#"[{"match": 1}]"#, "no \"match\""),
        (
            #"[{"match": "a"}, {"match": "b", "takesSytem": true, "color": 1}]"#,
            "Row 2 (b) has unknown keys: color, takesSytem. There are: contextTokens"
        ),
        (#"[{"match": "a", "takesSystem": 1}]"#, "takesSystem must be true or false"),
        (#"[{"match": "a", "contextTokens": 0}]"#, "contextTokens must be a whole number from 1"),
        (#"[{"match": "a", "contextTokens": 1.5}]"#, "contextTokens must be"),
        (#"[{"match": "a", "contextTokens": 1e300}]"#, "contextTokens must be"),
        (#"[{"match": "a", "contextTokens": null}]"#, "contextTokens must be"),
        (#"[{"match": "a", "inputPrice": -1}]"#, "inputPrice must be"),
        (#"[{"match": "a", "inputPrice": "1"}]"#, "inputPrice must be"),
        (#"[{"match": "a", "reasoning": "hard"}]"#, "reasoning must be none, budget, effort"),
    ])
    func `says what is wrong with a user's file, and where`(json: String, problem: String) {
        let failure = #expect(throws: OutcropFailure.self) { try catalog.overridden(by: Array(json.utf8)) }
        #expect(failure?.code == "models_file_invalid")
        #expect(failure?.message.contains(problem) == true, "\(failure?.message ?? "")")
    }

    @Test func `has a limit on a user's file`() {
        let rows = Array(
            ("[" + Array(repeating: #"{"match":"a"}"#, count: ModelTraitsCatalog.rowsMax + 1).joined(separator: ",") + "]").utf8)
        #expect(throws: OutcropFailure.self) { try catalog.overridden(by: rows) }
        let blanks = [UInt8](repeating: UInt8(ascii: " "), count: ModelTraitsCatalog.bytesMax) + Array("[]".utf8)
        #expect(throws: OutcropFailure.self) { try catalog.overridden(by: blanks) }
    }
}
