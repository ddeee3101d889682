import AWS
import RAG
import Testing

@testable import AWSAdapters

/// One model: how its requests read and how it answers, as Amazon's user guides show them.
struct EmbeddingCase: Sendable, CustomTestStringConvertible {
    var modelID: String
    var dimensions: Int?
    var id: String
    var purpose: EmbeddingPurpose
    var texts: [String]
    /// Bodies in any order, keys sorted.
    var bodies: Set<String>
    var urgency: ServiceCall.Urgency
    var answer: @Sendable (String) -> String
    var testDescription: String { "\(modelID) \(purpose)" }

    static let all: [EmbeddingCase] = [
        EmbeddingCase(
            modelID: "amazon.titan-embed-text-v2:0", id: "amazon.titan-embed-text-v2:0", purpose: .document,
            texts: ["a", "b/\"c\""],
            bodies: [
                #"{"dimensions":1024,"inputText":"a","normalize":true}"#,
                #"{"dimensions":1024,"inputText":"b/\"c\"","normalize":true}"#,
            ],
            urgency: .ingestion, answer: { _ in titan(numbers(1024)) }),
        EmbeddingCase(
            modelID: "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0", dimensions: 256,
            id: "amazon.titan-embed-text-v2:0@256", purpose: .query, texts: ["a"],
            bodies: [#"{"dimensions":256,"inputText":"a","normalize":true}"#], urgency: .interactive,
            answer: { _ in titan(numbers(256)) }),
        EmbeddingCase(
            modelID: "amazon.titan-embed-text-v1", id: "amazon.titan-embed-text-v1", purpose: .document, texts: ["a"],
            bodies: [#"{"inputText":"a"}"#], urgency: .ingestion, answer: { _ in titan(numbers(1536)) }),
        EmbeddingCase(
            modelID: "cohere.embed-multilingual-v3", id: "cohere.embed-multilingual-v3", purpose: .document, texts: ["a", "b"],
            bodies: [#"{"input_type":"search_document","texts":["a","b"],"truncate":"END"}"#], urgency: .ingestion,
            answer: { _ in
                #"{"id":"1","response_type":"embeddings_floats","texts":["a","]"],"embeddings":[\#(numbers(1024)),\#(numbers(1024))]}"#
            }),
        EmbeddingCase(
            modelID: "cohere.embed-english-v3", id: "cohere.embed-english-v3", purpose: .query, texts: ["a"],
            bodies: [#"{"input_type":"search_query","texts":["a"],"truncate":"END"}"#], urgency: .interactive,
            answer: { _ in #"{"embeddings":{"float":[\#(numbers(1024))]}}"# }),
        EmbeddingCase(
            modelID: "us.cohere.embed-v4:0", id: "cohere.embed-v4:0", purpose: .sentence, texts: ["a"],
            bodies: [
                #"{"embedding_types":["float"],"input_type":"search_document","output_dimension":1536,"texts":["a"],"truncate":"RIGHT"}"#
            ],
            urgency: .interactive,
            answer: { _ in
                #"{"embeddings":{"int8":[[1]],"float":[\#(numbers(1536))]},"id":"1","response_type":"embeddings_by_type"}"#
            }),
        EmbeddingCase(
            modelID: "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.cohere.embed-v4:0", dimensions: 512,
            id: "cohere.embed-v4:0@512", purpose: .query, texts: ["a"],
            bodies: [
                #"{"embedding_types":["float"],"input_type":"search_query","output_dimension":512,"texts":["a"],"truncate":"RIGHT"}"#
            ],
            urgency: .interactive, answer: { _ in #"{"embeddings":{"float":[\#(numbers(512))]}}"# }),
        nova(.query, purposeName: "TEXT_RETRIEVAL", urgency: .interactive),
        nova(.document, purposeName: "GENERIC_INDEX", urgency: .ingestion),
    ]

    private static func nova(_ purpose: EmbeddingPurpose, purposeName: String, urgency: ServiceCall.Urgency) -> EmbeddingCase {
        let parameters =
            #"{"embeddingDimension":3072,"embeddingPurpose":"\#(purposeName)","text":{"truncationMode":"END","value":"a"}}"#
        let version = #""schemaVersion":"nova-multimodal-embed-v1""#
        return EmbeddingCase(
            modelID: "amazon.nova-2-multimodal-embeddings-v1:0", id: "amazon.nova-2-multimodal-embeddings-v1:0", purpose: purpose,
            texts: ["a"], bodies: [#"{\#(version),"singleEmbeddingParams":\#(parameters),"taskType":"SINGLE_EMBEDDING"}"#],
            urgency: urgency,
            answer: { _ in
                #"{"embeddings":[{"embeddingType":"TEXT","embedding":\#(numbers(3072)),"truncatedCharLength":20}]}"#
            })
    }

    static func titan(_ vector: String) -> String {
        #"{"embedding":\#(vector),"inputTextTokenCount":1,"embeddingsByType":{"float":\#(vector)}}"#
    }

    /// `[1,2,3,…]`
    static func numbers(_ count: Int) -> String { "[" + (1...count).map(String.init).joined(separator: ",") + "]" }
}

struct EmbeddingRequestTests {
    @Test(arguments: EmbeddingCase.all) func `asks each model in its own words and reads its answer`(
        _ row: EmbeddingCase
    ) async throws {
        let fake = FakeInvoke { row.answer($0) }
        let embedder = try BedrockEmbedder(modelID: row.modelID, dimensions: row.dimensions, invoke: fake.invoke)
        let vectors = try await embedder.embed(row.texts, purpose: row.purpose)
        #expect(Set(fake.calls.map(\.body)) == row.bodies)
        #expect(fake.calls.allSatisfy { $0.modelID == row.modelID && $0.urgency == row.urgency })
        #expect(embedder.id == row.id)
        #expect(vectors.count == row.texts.count)
        for vector in vectors {
            #expect(vector.count == embedder.dimensions)
            #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
            #expect(abs(vector[1] / vector[0] - 2) < 1e-5)
        }
    }

    @Test(arguments: [
        "amazon.titan-embed-image-v1", "anthropic.claude-3-haiku-20240307-v1:0", "text-embedding-3-small", "",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123", "/", ".", "arn:",
    ])
    func `names the known models when it is given another`(_ modelID: String) {
        #expect {
            try BedrockEmbedder(modelID: modelID) { _, _, _ in [] }
        } throws: { error in
            guard let failure = error as? OutcropFailure else { return false }
            return failure.kind == .invalidRequest && failure.message.contains("cohere.embed-v4:0")
        }
    }

    @Test(arguments: [
        ("amazon.titan-embed-text-v2:0", 768), ("amazon.titan-embed-text-v1", 1024), ("cohere.embed-english-v3", 512),
        ("cohere.embed-v4:0", 0), ("amazon.nova-2-multimodal-embeddings-v1:0", -1),
    ])
    func `refuses dimensions the model does not have`(_ modelID: String, _ dimensions: Int) {
        #expect {
            try BedrockEmbedder(modelID: modelID, dimensions: dimensions) { _, _, _ in [] }
        } throws: { error in
            (error as? OutcropFailure)?.message.contains("no \(dimensions) dimensions") == true
        }
    }

    @Test func `sends what a model lets in of a long text, at a scalar's border`() {
        let long = String(repeating: "é", count: 60_000)
        #expect(EmbeddingFamily.cohereV3.bounded(long).unicodeScalars.count == 2_048)
        #expect(EmbeddingFamily.nova.bounded(long).unicodeScalars.count == 8_192)
        #expect(EmbeddingFamily.titanV2.bounded(long).utf8.count == 8_192 * 3)
        #expect(EmbeddingFamily.titanV2.bounded("a" + long).utf8.count == 8_192 * 3 - 1)
        #expect(EmbeddingFamily.cohereV4.bounded(long) == long)
        #expect(TokenEstimate.count(EmbeddingFamily.titanV1.bounded(long)) == 8_192)
        // Scalars count, not what looks like one character.
        let marks = "e" + String(repeating: "\u{301}", count: 5_000)
        #expect(EmbeddingFamily.cohereV3.bounded(marks).unicodeScalars.count == 2_048)
        for family in EmbeddingFamily.allCases { #expect(family.bounded("short\r\n") == "short\r\n") }
    }
}
