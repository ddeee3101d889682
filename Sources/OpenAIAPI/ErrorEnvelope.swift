package import RAG

/// `{"error":{message,type,param,code}}`, OpenAI's shape for every failure.
package struct ErrorEnvelope: Hashable, Sendable {
    package init(_ failure: OutcropFailure) { fatalError("contract") }
}
