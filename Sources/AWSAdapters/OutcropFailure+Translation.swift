internal import AWS
internal import RAG

/// What `body` gives; an `AWSError` comes out as the `OutcropFailure` a client may be told, everything else as it is.
func withOutcropFailures<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as AWSError {
        throw OutcropFailure(error)
    }
}
