package import AWS
internal import HTTPClient
package import RAG

/// Answers with a model on Amazon Bedrock, through ConverseStream, or through Converse where the model does not stream.
///
/// The conversation is repaired into what Converse takes (`MessageRepair`), options are fitted to the model (`ModelTraits`). The seed
/// is ignored: Converse has none. Reasoning is counted in the usage but is no text of the answer. Work starts with the first pull and
/// goes on only as far as the consumer pulls; letting go of the stream, or cancelling its consumer, ends the transfer. Failures come
/// as `OutcropFailure`, before the first text and after it alike.
package struct BedrockGenerator: Generator {
    /// What clients call it: a model id, an inference profile or an ARN.
    package let modelID: String

    private let traits: ModelTraits
    private let calls: ConverseCalls

    /// `foundationModel` is the model behind `modelID` where that does not tell it (an application inference profile): its traits count.
    package init(
        modelID: String, foundationModel: String? = nil, runtime: BedrockRuntime, catalog: ModelTraitsCatalog,
        deadlines: BedrockDeadlines = BedrockDeadlines()
    ) {
        self.init(
            modelID: modelID, traits: catalog.traits(of: foundationModel ?? modelID),
            calls: ConverseCalls(runtime, modelID: modelID, deadlines: deadlines.transfer))
    }

    init(modelID: String, traits: ModelTraits, calls: ConverseCalls) {
        self.modelID = modelID
        self.traits = traits
        self.calls = calls
    }

    package func promptTokensMax(_ options: GenerationOptions) -> Int? { traits.promptTokensMax(options) }

    package func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let run = ConverseRun(request, traits: traits, calls: calls)
        return AsyncThrowingStream { try await run.next() }
    }
}

/// The two calls a generator makes: the seam where tests put a script in place of the network.
struct ConverseCalls: Sendable {
    var stream: @Sendable (ConverseRequest) async throws -> ConverseStream
    var whole: @Sendable (ConverseRequest) async throws -> ConverseResponse
}

extension ConverseCalls {
    init(_ runtime: BedrockRuntime, modelID: String, deadlines: Deadlines) {
        stream = { try await runtime.converseStream($0, modelID: modelID, deadlines: deadlines) }
        whole = { try await runtime.converse($0, modelID: modelID, deadlines: deadlines) }
    }
}
