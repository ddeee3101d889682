/// The events of ConverseStream, for one reader, in batches: everything that arrived together.
///
/// Text deltas, by far the most frequent, are found by a small scanner, everything else by the decoder. Throws `AWSError`: `.service` for
/// an exception message (with the status the service model gives it), `.malformedResponse` for a corrupt or truncated stream, which
/// includes one that ends before `metadata` or `messageStop`. Letting go of it closes the connection.
package struct ConverseStream: AsyncSequence, Sendable {
    package typealias Element = [ConverseStreamEvent]

    private let nextBatch: @Sendable () async throws -> [ConverseStreamEvent]?

    /// `next` gives nil after the last batch.
    package init(next: @escaping @Sendable () async throws -> [ConverseStreamEvent]?) { nextBatch = next }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let nextBatch: @Sendable () async throws -> [ConverseStreamEvent]?

        package mutating func next() async throws -> [ConverseStreamEvent]? { try await nextBatch() }
        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> [ConverseStreamEvent]? {
            try await nextBatch()
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(nextBatch: nextBatch) }
}
