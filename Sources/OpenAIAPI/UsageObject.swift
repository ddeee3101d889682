internal import RAG

/// OpenAI's `CompletionUsage` with its detail objects, which typed clients read without asking.
struct UsageObject: WireEncodable {
    private let usage: Usage

    init(_ usage: Usage) {
        self.usage = usage
    }

    func write(to json: inout JSONWriter) {
        json.object {
            $0.field("prompt_tokens", usage.promptTokens)
            $0.field("completion_tokens", usage.completionTokens)
            $0.field("total_tokens", usage.totalTokens)
            $0.field("prompt_tokens_details") {
                $0.field("cached_tokens", usage.cachedTokens)
                $0.field("audio_tokens", 0)
            }
            $0.field("completion_tokens_details") {
                $0.field("reasoning_tokens", 0)
                $0.field("audio_tokens", 0)
                $0.field("accepted_prediction_tokens", 0)
                $0.field("rejected_prediction_tokens", 0)
            }
        }
    }
}
