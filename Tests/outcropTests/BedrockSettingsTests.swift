import Testing

@testable import outcrop

private func settings(_ environment: [String: String]) throws -> Settings {
    try Settings(environment: environment, processorCount: 2)
}

@Suite struct BedrockSettingsTests {
    @Test func `with nothing set nothing needs Bedrock`() throws {
        #expect(try !settings([:]).usesBedrock)
        #expect(try !settings(["OUTCROP_MODEL": "outcrop-extractive", "OUTCROP_RERANKER": "none"]).usesBedrock)
    }

    @Test(arguments: [
        ("MODEL", "amazon.nova-lite-v1:0"), ("MODEL", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
        ("MODEL", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456"),
        ("SMALL_MODEL", "amazon.nova-micro-v1:0"), ("EMBEDDINGS", "bedrock:amazon.titan-embed-text-v2:0"),
        ("RETRIEVER", "bedrock-kb:ABCDE12345"), ("RERANKER", "bedrock:amazon.rerank-v1:0"),
    ])
    func `each part that is on Bedrock asks for it`(name: String, value: String) throws {
        let settings = try settings(["OUTCROP_" + name: value])
        #expect(settings.usesBedrock)
        #expect(settings.lines.contains("OUTCROP_\(name)=\(value)"))
    }

    @Test(arguments: [
        ("MODEL", "gpt-4o", "outcrop-extractive, or a Bedrock model id"),
        ("SMALL_MODEL", "outcrop-extractive", "a Bedrock model id"),
        ("EMBEDDINGS", "bedrock:", "local, none or bedrock:<model>"), ("EMBEDDINGS", "titan", "local, none or bedrock:<model>"),
        ("RETRIEVER", "bedrock-kb:", "bedrock-kb:<id>"), ("RETRIEVER", "bedrock-kb:../../model", "ten letters and digits"),
        ("RERANKER", "amazon.rerank-v1:0", "none or bedrock:<model>"), ("EMBEDDING_DIMENSIONS", "7", "from 64 to 4096"),
    ])
    func `a slip is refused with what was wanted`(name: String, value: String, wanted: String) {
        let error = #expect(throws: SettingsError.self) { try settings(["OUTCROP_" + name: value]) }
        #expect(error?.description.contains(wanted) == true)
        #expect(error?.description.contains("OUTCROP_\(name)") == true)
    }

    @Test func `AWS's variables are kept for AWS and shown nowhere`() throws {
        let settings = try settings([
            "AWS_SECRET_ACCESS_KEY": "hush", "AWS_BEARER_TOKEN_BEDROCK": "hush", "HOME": "/h", "PATH": "/bin",
        ])
        #expect(settings.awsEnvironment.keys.sorted() == ["AWS_BEARER_TOKEN_BEDROCK", "AWS_SECRET_ACCESS_KEY", "HOME"])
        #expect(settings.bedrockBearerToken == "hush")
        #expect(!settings.lines.contains { $0.contains("hush") })
    }
}
