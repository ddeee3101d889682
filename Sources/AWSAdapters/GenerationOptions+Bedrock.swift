internal import AWS
internal import RAG

extension InferenceConfiguration {
    /// The client's options as this model takes them. The seed has no counterpart.
    ///
    /// - Temperature: OpenAI's goes to 2, Bedrock's to 1, and 1 means the same on both sides: the model's own distribution. So it is
    ///   clamped, not halved; what lies above 1 is more random than Bedrock offers.
    /// - Of temperature and top_p the first is sent where a model refuses both together; neither where it refuses them altogether.
    /// - A maximum is always sent: without one Bedrock cuts Claude's answers at 4,096 tokens.
    init(_ options: GenerationOptions, traits: ModelTraits) {
        let stops = options.stopSequences(traits).sent
        self.init(maxTokens: traits.answerTokensMax(options), stopSequences: stops.isEmpty ? nil : stops)
        guard traits.takesSampling else { return }
        temperature = options.temperature.flatMap { $0.isFinite ? min(max($0, 0), 1) : nil }
        topP = options.topP.flatMap { $0.isFinite ? min(max($0, 0), 1) : nil }
        if traits.refusesTemperatureWithTopP, temperature != nil { topP = nil }
    }
}

extension ModelTraits {
    fileprivate func answerTokensMax(_ options: GenerationOptions) -> Int {
        max(1, min(options.maxTokens ?? outputTokensDefault, outputTokensMax))
    }

    /// What the context has beside the answer, and half of it at least; a tenth less, as the prompt's tokens are an estimate.
    func promptTokensMax(_ options: GenerationOptions) -> Int {
        max(contextTokens - answerTokensMax(options), contextTokens / 2) / 10 * 9
    }
}

extension GenerationOptions {
    /// OpenAI's own limit, and the smallest among Bedrock's models (Nova).
    static let stopSequencesMax = 4
    /// Where the answer is cut on this side, every byte of it may be compared with every byte of every sequence.
    static let stopSequenceBytesMax = 256

    /// Throws `OutcropFailure` for stop sequences too many or too long.
    func checkStopSequences() throws {
        guard stop.count <= Self.stopSequencesMax, stop.allSatisfy({ $0.utf8.count <= Self.stopSequenceBytesMax }) else {
            throw OutcropFailure(
                .invalidRequest,
                "Give at most \(Self.stopSequencesMax) stop sequences of at most \(Self.stopSequenceBytesMax) bytes each.",
                parameter: "stop")
        }
    }

    /// The stop sequences for the model, and those that this side must look for: all where the model takes none, otherwise those of
    /// white space alone, which Claude refuses. None is empty or stands twice.
    func stopSequences(_ traits: ModelTraits) -> (sent: [String], own: [String]) {
        var kept: [String] = []
        for sequence in stop where !sequence.isEmpty {
            if !kept.contains(where: { $0.utf8.elementsEqual(sequence.utf8) }) { kept.append(sequence) }
        }
        guard traits.takesStopSequences else { return ([], kept) }
        return (kept.filter { !$0.isBlank }, kept.filter(\.isBlank))
    }
}
