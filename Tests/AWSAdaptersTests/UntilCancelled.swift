/// Ends only by cancellation, as a call that nobody answers does.
func untilCancelled() async throws {
    let (nothing, continuation) = AsyncStream<Void>.makeStream()
    for await _ in nothing {}
    withExtendedLifetime(continuation) {}
    try Task.checkCancellation()
}
